import { createInterface } from 'node:readline/promises';
import type { Question } from './command.ts';

/** Asks on the terminal, on stderr so that stdout stays clean. Only `y`, `yes` or the wanted word is a yes. */
export async function ask({ text, word }: Question): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = (await terminal.question(word ? `${text} Type "${word}" to go on: ` : `${text} [y/N] `)).trim();
    return word ? answer === word : /^y(es)?$/i.test(answer);
  } finally {
    terminal.close();
  }
}
