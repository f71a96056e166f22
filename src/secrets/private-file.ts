import { randomUUID } from 'node:crypto';
import { open, readdir, readFile, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DeployerError } from '../core/errors.ts';
import { ioFailure, systemCode } from '../core/io-failure.ts';

/** Begins like the files that never leave the working tree, see `neverTaken`. */
const FRESH = '.env.deployer-';
/** A change takes some ms; after this many the one who made it is dead, and what it left is swept. */
const LEFT_BEHIND = 10_000;
/** Between two looks at a file that somebody else changes, ms. */
const PAUSE = 20;
/** Looks; somewhat longer together than it takes to tell that somebody is dead. */
const ROUNDS = 600;

/**
 * Changes a file of secrets in one step, for its owner only (mode 0600): whoever reads it, and whoever is killed, finds the old
 * text or the new one. Changes take turns. `change` gets `undefined` for a file that is not there, and answers `undefined` to
 * leave it. `shown` names the file in errors.
 */
export async function changePrivateFile(
  file: string,
  shown: string,
  change: (text: string | undefined) => string | undefined,
): Promise<'changed' | 'unchanged'> {
  const turn = join(dirname(file), `${FRESH}turn-${basename(file)}`);
  try {
    await takeTurn(turn, shown);
    try {
      await sweep(dirname(file));
      const before = await textOf(file);
      const next = change(before);
      if (next === undefined || next === before) return 'unchanged';
      await replace(file, next);
      return 'changed';
    } finally {
      await removeQuietly(turn);
    }
  } catch (error) {
    throw error instanceof DeployerError ? error : ioFailure('write', shown, error);
  }
}

/** An empty file whose maker may change the one it stands for. */
async function takeTurn(turn: string, shown: string): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    try {
      await (await open(turn, 'wx', 0o600)).close();
      return;
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
    }
    if (await isLeftBehind(turn)) await removeQuietly(turn);
    else await pause(PAUSE);
  }
  throw new DeployerError({
    code: 'STATE_CONFLICT',
    reason: `${shown} is written by somebody else all the time`,
    fix: 'Run the command again when nobody else writes it',
  });
}

async function replace(file: string, text: string): Promise<void> {
  const fresh = join(dirname(file), `${FRESH}${randomUUID()}`);
  try {
    await writeFresh(fresh, text);
    await rename(fresh, file);
  } catch (error) {
    await removeQuietly(fresh);
    throw error;
  }
}

async function writeFresh(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
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
    const path = join(folder, name);
    if (name.startsWith(FRESH) && (await isLeftBehind(path))) await removeQuietly(path);
  }
}

async function isLeftBehind(path: string): Promise<boolean> {
  const facts = await stat(path).catch(() => undefined);
  return facts !== undefined && Date.now() - facts.mtimeMs > LEFT_BEHIND;
}

async function removeQuietly(path: string): Promise<void> {
  await unlink(path).catch(() => undefined);
}
