import { randomUUID } from 'node:crypto';
import { open, readdir, readFile, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DeployerError } from '../core/errors.ts';
import { ioFailure, systemCode } from '../core/io-failure.ts';

/** Begin like the files that never leave the working tree, see `neverTaken`. Both hold the number of who made them. */
const FRESH = '.env.deployer-fresh-';
const TURN = '.env.deployer-turn-';
/** A change takes some ms; after this many whoever made it is dead, though another machine's processes cannot be seen. */
const LEFT_BEHIND = 10_000;
/** Between two looks at a file that somebody else changes, ms. */
const PAUSE = 20;
/** Looks; somewhat longer together than it takes to tell that somebody is dead. */
const ROUNDS = 600;

export interface ChangedFile {
  /** Absolute, and free of links. */
  readonly file: string;
  /** Its name in errors. */
  readonly shown: string;
  /** Rights that it has afterwards. Default: 0600, for its owner only. */
  readonly mode?: number;
}

/**
 * Changes a file in one step: whoever reads it, and whoever is killed, finds the old text or the new one. Changes take turns.
 * `change` gets `undefined` for a file that is not there, and answers `undefined` to leave it.
 */
export async function changeFile(
  { file, shown, mode = 0o600 }: ChangedFile,
  change: (text: string | undefined) => string | undefined,
): Promise<'changed' | 'unchanged'> {
  const turn = join(dirname(file), `${TURN}${basename(file)}`);
  try {
    await takeTurn(turn, shown);
    try {
      await sweep(dirname(file));
      const before = await textOf(file);
      const next = change(before);
      if (next === undefined || next === before) return 'unchanged';
      await replace(file, { text: next, mode });
      return 'changed';
    } finally {
      await removeQuietly(turn);
    }
  } catch (error) {
    throw error instanceof DeployerError ? error : ioFailure('write', shown, error);
  }
}

/** A file whose maker may change the one it stands for. */
async function takeTurn(turn: string, shown: string): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    try {
      return await writeFresh(turn, { text: String(process.pid), mode: 0o600 });
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
    }
    const maker = Number(await textOf(turn).catch(() => ''));
    if (await isLeftBehind(turn, maker)) await removeQuietly(turn);
    else await pause(PAUSE);
  }
  throw new DeployerError({
    code: 'STATE_CONFLICT',
    reason: `${shown} is written by somebody else all the time`,
    fix: 'Run the command again when nobody else writes it',
  });
}

async function replace(file: string, { text, mode }: { text: string; mode: number }): Promise<void> {
  const fresh = join(dirname(file), `${FRESH}${process.pid}-${randomUUID()}`);
  try {
    await writeFresh(fresh, { text, mode });
    await rename(fresh, file);
  } catch (error) {
    await removeQuietly(fresh);
    throw error;
  }
}

async function writeFresh(file: string, { text, mode }: { text: string; mode: number }): Promise<void> {
  const handle = await open(file, 'wx', mode);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function textOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  });
}

async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(FRESH)) continue;
    const path = join(folder, name);
    if (await isLeftBehind(path, Number.parseInt(name.slice(FRESH.length), 10))) await removeQuietly(path);
  }
}

/** `maker`: number of its process; 0 while nobody knows. */
async function isLeftBehind(path: string, maker: number): Promise<boolean> {
  if (maker > 0 && !isAlive(maker)) return true;
  const facts = await stat(path).catch(() => undefined);
  return facts !== undefined && Date.now() - facts.mtimeMs > LEFT_BEHIND;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return systemCode(error) !== 'ESRCH';
  }
}

async function removeQuietly(path: string): Promise<void> {
  await unlink(path).catch(() => undefined);
}
