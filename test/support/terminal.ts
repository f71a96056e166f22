import { spawn, spawnSync } from 'node:child_process';
import { BINARY, type Project } from './project.ts';

/** Whether this machine has util-linux's `script`, which makes a pseudo-terminal. */
export const hasTerminals = spawnSync('script', ['--version']).status === 0;
/** For the names of tests that are skipped without it. */
export const terminalReason = hasTerminals ? '' : ' (skipped: no `script` of util-linux here)';

/** Colours, not bold or underline. */
export const COLOUR = /\x1b\[([0-9;]*;)?(3[0-8]|4[0-8]|9[0-7]|10[0-7])(;[0-9;]*)?m/;

export interface Answer {
  readonly to: string;
  readonly keys: string;
}

export interface TerminalRun {
  readonly env?: Readonly<Record<string, string>>;
  /** What is typed as soon as a text stands on the screen; of several the next one when its text comes after the last answer. */
  readonly answer?: Answer | readonly Answer[];
  /** `stty` words: `cols 80 rows 24`. A terminal that is not told has no size. */
  readonly size?: string;
}

/** Runs a command line on a pseudo-terminal; both streams are the screen. */
export function onTerminal(
  project: Project,
  words: readonly string[],
  { env = {}, answer, size }: TerminalRun = {},
): Promise<{ code: number | null; screen: string }> {
  const line = [process.execPath, BINARY, ...words].map(quoted).join(' ');
  const child = spawn('script', ['-qec', size ? `stty ${size}; ${line}` : line, '/dev/null'], {
    cwd: project.folder,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TERM: 'xterm-256color', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let screen = '';
  let read = 0;
  const waiting = [answer ?? []].flat();
  child.stdin.on('error', () => {});
  child.stdout.on('data', (chunk: Buffer) => {
    screen += chunk.toString('utf8');
    const [next] = waiting;
    const at = next ? screen.indexOf(next.to, read) : -1;
    if (!next || at < 0) return;
    read = at + next.to.length;
    child.stdin.write(next.keys);
    waiting.shift();
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, screen }));
  });
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
