import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DeployerError } from '../../core/errors.ts';
import type { Row } from './contract.ts';
import { type Answer, type Command, sqliteCommands } from './sqlite-commands.ts';

const CLOSE_LIMIT = 3_000;

/** Where SQLite commands are carried out. */
export interface SqliteChannel {
  /** Rejects with `SqliteError`. */
  send(command: Command): Promise<readonly Row[]>;
  /** Ends what is running, uncommitted work is rolled back; the running and all later calls reject. */
  kill(): void;
  close(): Promise<void>;
}

/** `errcode` is SQLite's result code; 0 when its process is gone. */
export class SqliteError extends Error {
  readonly errcode: number;

  constructor(errcode: number, message: string) {
    super(message);
    this.errcode = errcode;
  }
}

/** For short reads: in this process, which blocks for as long as each takes. */
export async function localChannel(): Promise<SqliteChannel> {
  const commands = await sqliteCommands();
  return {
    send: async (command) => rowsOf(commands.run(command)),
    kill: () => {},
    close: async () => void commands.run({ do: 'close' }),
  };
}

/** For everything that may take long: in a process of its own. */
export async function processChannel(): Promise<SqliteChannel> {
  const child = fork(program(), {
    env: {},
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  return {
    send: async (command) => rowsOf(await exchange(child, command)),
    kill: () => void child.kill('SIGKILL'),
    async close() {
      const timer = setTimeout(() => child.kill('SIGKILL'), CLOSE_LIMIT);
      await exchange(child, { do: 'close' }).then(ignore, ignore);
      await gone;
      clearTimeout(timer);
    },
  };
}

/** The built program lies beside the built tool; from sources, in the `dist` of the folders above. */
function program(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  for (let folder = here; ; folder = dirname(folder)) {
    for (const file of [join(folder, 'database-sqlite.js'), join(folder, 'dist', 'database-sqlite.js')]) {
      if (existsSync(file)) return file;
    }
    if (folder === dirname(folder)) break;
  }
  throw new DeployerError({
    code: 'INTERNAL',
    stage: 'migration',
    reason: 'The program database-sqlite.js is missing from the installation',
    fix: 'Install deployer again, or run "npm run build" in its sources',
  });
}

function exchange(child: ChildProcess, command: Command): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const gone = () => {
      child.off('message', answered);
      reject(new SqliteError(0, 'The SQLite process ended'));
    };
    const answered = (answer: unknown) => {
      child.off('exit', gone);
      resolve(answer as Answer);
    };
    if (child.exitCode !== null || child.signalCode !== null || !child.connected) return gone();
    child.once('message', answered);
    child.once('exit', gone);
    child.send(command, (error) => (error ? gone() : undefined));
  });
}

function rowsOf(answer: Answer): readonly Row[] {
  if ('failed' in answer) throw new SqliteError(answer.failed.errcode, answer.failed.message);
  return answer.rows;
}

function ignore(): void {}
