import { createInterface } from 'node:readline/promises';
import { DeployerError } from '../core/errors.ts';
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
  const answer = await ask(
    question.word ? `${question.text} Type "${question.word}" to go on: ` : `${question.text} [y/N] `,
  );
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

/** Asks on stderr, so that stdout stays clean. An input that ends is no answer; Ctrl-C interrupts the command. */
async function ask(prompt: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new Promise<string>((resolve, reject) => {
    terminal.once('close', () => resolve(''));
    terminal.once('SIGINT', () => reject(interrupted()));
  });
  try {
    return (await Promise.race([terminal.question(prompt), ended])).trim();
  } finally {
    terminal.close();
  }
}

function interrupted(): DeployerError {
  return new DeployerError({
    code: 'INTERRUPTED',
    reason: 'Interrupted at a question; nothing was changed',
    fix: 'Run the command again',
    stage: 'usage',
    signal: 'SIGINT',
  });
}
