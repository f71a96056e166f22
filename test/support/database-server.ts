import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { canInstall, exclusively, installOnce } from './installation.ts';

export interface ServerProgram {
  readonly name: string;
  /** Debian packages that bring it. */
  readonly packages: readonly string[];
  /** Folder with its programs, or `undefined` when it is not installed. */
  find(): string | undefined;
  /** Users it may run as when we are root, the first that exists. */
  readonly users: readonly string[];
  /** Makes an empty server in `folder`. */
  create(bin: string, folder: string, run: (argv: readonly string[]) => void): Promise<void>;
  /** argv of the server on `port`. */
  start(bin: string, folder: string, port: number): readonly string[];
  /** Rejects while the server does not answer yet. */
  answers(port: number): Promise<void>;
}

interface Identity {
  readonly uid: number;
  readonly gid: number;
}

const START_LIMIT = 60_000;

/** Why the server cannot be had on this machine, for the name of a skipped test; `undefined` when it can. */
export function unavailable(program: ServerProgram): string | undefined {
  if (program.find() !== undefined || canInstall()) return undefined;
  return `${program.name} is not installed, and only root on Debian can install it here`;
}

/** Port of the one server of its kind in this test run; the first caller starts it, the others wait. */
export async function sharedServer(program: ServerProgram, folder: string): Promise<number> {
  const port = join(folder, `${program.name}.port`);
  await exclusively(join(folder, `${program.name}.lock`), async () => {
    if (!existsSync(port)) await writeFile(port, String(await launch(program, folder)));
  });
  return Number(readFileSync(port, 'utf8'));
}

async function launch(program: ServerProgram, folder: string): Promise<number> {
  const bin = await installed(program);
  const home = join(folder, program.name);
  const user = program.users.map(identity).find((found) => found !== undefined);
  await mkdir(home, { mode: 0o777 });
  spawnSync('chmod', ['0755', folder]);
  if (user !== undefined) spawnSync('chown', [`${user.uid}:${user.gid}`, home]);
  await program.create(bin, home, (argv) => runOnce(argv, home, user));
  const port = await freePort();
  const [command = '', ...args] = program.start(bin, home, port);
  const child = spawn(command, args, { cwd: home, detached: true, stdio: 'ignore', ...user });
  child.unref();
  await writeFile(join(folder, `${program.name}.pid`), String(child.pid));
  await untilAnswers(program, port);
  return port;
}

function runOnce([command = '', ...args]: readonly string[], cwd: string, user: Identity | undefined): void {
  const done = spawnSync(command, args, { cwd, encoding: 'utf8', ...user });
  if (done.status !== 0) throw new Error(`${command} failed: ${done.stderr}`);
}

async function untilAnswers(program: ServerProgram, port: number): Promise<void> {
  for (const end = Date.now() + START_LIMIT; ; ) {
    try {
      return await program.answers(port);
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(50);
    }
  }
}

function identity(user: string): Identity | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout.trim());
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined;
}

/** Folder of the server's programs, installed when they are not there. */
export async function installed(program: ServerProgram): Promise<string> {
  await installOnce(program.packages, () => program.find() !== undefined);
  return program.find() ?? '';
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
