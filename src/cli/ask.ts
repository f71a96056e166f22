import { createInterface, emitKeypressEvents } from 'node:readline';
import { DeployerError } from '../core/errors.ts';
import type { GlobalOptions, ValueQuestion } from './command.ts';
import type { Output } from './output.ts';
import { stderr } from './streams.ts';
import { canAsk } from './terminal.ts';

/**
 * Asks for a value until one is right; blanks around it are taken away, and an empty answer is `undefined`. Without a terminal
 * it throws `CONFIRMATION_NEEDED`. Ctrl-C is `INTERRUPTED`.
 */
export async function askValue(
  question: ValueQuestion,
  globals: GlobalOptions,
  output: Output,
): Promise<string | undefined> {
  if (!canAsk(globals)) throw nobodyToAsk(question);
  output.note(question.about(output.style.note));
  for (;;) {
    const type = question.input === 'hidden' ? typeHidden : typeLine;
    const answer = (await type(question.text, question.done)).trim();
    if (answer === '') return undefined;
    const problem = await question.check(answer);
    if (problem === undefined) return answer;
    output.note(problem);
  }
}

function nobodyToAsk({ key, flag }: ValueQuestion): DeployerError {
  return new DeployerError({
    code: 'CONFIRMATION_NEEDED',
    reason: `${key} has no value, and there is no terminal to ask on`,
    fix: `Give it on stdin: ${flag}`,
    stage: 'usage',
  });
}

/** Asks on stderr, so that stdout stays clean. An input that ends is no answer. `done`: what a Ctrl-C leaves behind. */
export async function typeLine(prompt: string, done: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await new Promise<string>((resolve, reject) => {
      terminal.once('close', () => resolve(''));
      terminal.once('SIGINT', () => reject(interrupted(done)));
      terminal.question(prompt, resolve);
    });
  } finally {
    terminal.close();
  }
}

/** A terminal that knows these marks puts them around what is pasted: then line breaks belong to the value. */
const MARK_PASTES = '\x1b[?2004h';
const MARK_NO_PASTES = '\x1b[?2004l';

/** The same with a star for each character. */
async function typeHidden(prompt: string, done: string): Promise<string> {
  const { stdin } = process;
  const marks = process.env.TERM !== 'dumb';
  emitKeypressEvents(stdin);
  stdin.setRawMode(true);
  stderr.write(`${marks ? MARK_PASTES : ''}${prompt}`);
  stdin.resume();
  try {
    return await readKeys(done);
  } finally {
    stdin.pause();
    stdin.setRawMode(false);
    stderr.write(`${marks ? MARK_NO_PASTES : ''}\n`);
  }
}

interface Key {
  readonly name?: string;
  readonly ctrl: boolean;
  readonly meta: boolean;
}

async function readKeys(done: string): Promise<string> {
  const { stdin } = process;
  const line = hiddenLine();
  let stop = () => {};
  const typed = new Promise<string>((resolve, reject) => {
    const end = () => resolve(line.text());
    const take = (text: string | undefined, key: Key) => {
      const next = line.take(text, key);
      if (next === 'interrupted') reject(interrupted(done));
      else if (next === 'entered') end();
    };
    stdin.on('keypress', take).once('end', end);
    stop = () => void stdin.off('keypress', take).off('end', end);
  });
  return typed.finally(() => stop());
}

/** What is typed and not shown. */
function hiddenLine() {
  const typed: string[] = [];
  let pasting = false;
  const take = (text: string | undefined, { name, ctrl, meta }: Key): 'entered' | 'interrupted' | undefined => {
    if (name === 'paste-start' || name === 'paste-end') pasting = name === 'paste-start';
    else if (pasting) add(name === 'return' ? '\n' : text);
    else if (name === 'return' || name === 'enter' || (ctrl && name === 'd')) return 'entered';
    else if (ctrl && name === 'c') return 'interrupted';
    else if (name === 'backspace') erase(1);
    else if (ctrl && (name === 'u' || name === 'w')) erase(typed.length);
    else if (!ctrl && !meta) add(text);
    return undefined;
  };
  return { take, text: () => typed.join('') };

  function add(text = ''): void {
    typed.push(...text);
    stderr.write('*'.repeat([...text].length));
  }

  function erase(count: number): void {
    stderr.write('\b \b'.repeat(typed.splice(typed.length - Math.min(count, typed.length)).length));
  }
}

function interrupted(done: string): DeployerError {
  return new DeployerError({
    code: 'INTERRUPTED',
    reason: `Interrupted at a question; ${done}`,
    fix: 'Run the command again',
    stage: 'usage',
    signal: 'SIGINT',
  });
}
