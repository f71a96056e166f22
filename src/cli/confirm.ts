import { DeployerError } from '../core/errors.ts';
import { typeLine } from './ask.ts';
import type { GlobalOptions, Question } from './command.ts';
import type { Output } from './output.ts';
import { canAsk } from './terminal.ts';

/**
 * Puts a question to whoever sits at the terminal. `--yes` answers it, unless it wants a word typed. With nobody to ask
 * it throws `CONFIRMATION_NEEDED`, which names the flag that answers.
 */
export async function confirm(question: Question, globals: GlobalOptions, output: Output): Promise<boolean> {
  if (globals.yes && !question.word) return true;
  output.note(question.about?.(output.style.note) ?? '');
  if (!canAsk(globals)) throw nobodyToAsk(question);
  const prompt = question.word ? `${question.text} Type "${question.word}" to go on: ` : `${question.text} [y/N] `;
  const answer = (await typeLine(prompt, 'nothing was changed')).trim();
  return question.word ? answer === question.word : /^y(es)?$/i.test(answer);
}

function nobodyToAsk({ text, flag, word }: Question): DeployerError {
  return new DeployerError({
    code: 'CONFIRMATION_NEEDED',
    reason: `"${text}" needs ${word ? 'its name typed' : 'an answer'}, and there is no terminal to ask on`,
    fix: `Answer on the command line: ${flag}`,
    stage: 'usage',
  });
}
