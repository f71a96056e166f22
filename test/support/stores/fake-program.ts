import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One call of a program as it was made. */
export interface Call {
  readonly args: readonly string[];
  /** Names of its variables, sorted, but for those that every child gets. */
  readonly variables: readonly string[];
}

export interface FakeProgram {
  /** For `PATH`; the program alone is in it. */
  readonly folder: string;
  calls(): Promise<readonly Call[]>;
}

const ALWAYS = ['CI', 'HOME', 'LANG', 'LC_ALL', 'PATH', 'TERM', 'TMPDIR', 'TZ'];

/**
 * Puts a program of this name below `root`, which notes how it is called and then runs `script`: the body of a function of
 * `args`, `env` and `fail(code, text)`, whose result it writes.
 */
export async function fakeProgram(root: string, name: string, script: string): Promise<FakeProgram> {
  const folder = join(root, 'programs');
  const log = join(root, `${name}.calls`);
  await mkdir(folder, { recursive: true });
  const text = `#!${process.execPath}
const args = process.argv.slice(2), env = process.env;
const variables = Object.keys(env).filter((name) => !${JSON.stringify(ALWAYS)}.includes(name)).sort();
require('node:fs').appendFileSync(${JSON.stringify(log)}, JSON.stringify({ args, variables }) + '\\n');
const fail = (code, text) => { process.stderr.write(text + '\\n'); process.exit(code); };
const answer = (() => { ${script} })();
if (answer !== undefined) process.stdout.write(answer);
`;
  await writeFile(join(folder, name), text, { mode: 0o755 });
  return {
    folder,
    calls: async () => {
      const lines = (await readFile(log, 'utf8').catch(() => '')).trim();
      return lines === '' ? [] : lines.split('\n').map((line) => JSON.parse(line));
    },
  };
}
