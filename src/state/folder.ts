import { lstatSync, type Stats } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DeployerError } from '../core/errors.ts';
import { syncFolder } from './publish.ts';
import { systemCode, unavailable } from './unavailable.ts';

/** Every part begins with a letter, digit or `_`, so that no key climbs out, is hidden, or looks like an option. */
const KEY = /^[A-Za-z0-9_][A-Za-z0-9._+-]*(?:\/[A-Za-z0-9_][A-Za-z0-9._+-]*)*$/;

/** The local state folder: made when first written to, 0700, never reached through a link, never somebody else's. */
export interface StateFolder {
  readonly path: string;
  pathOf(key: string): string;
  /** Whether the folder of a key is there. Throws when it is one that must not be used. */
  has(key: string): boolean;
  /** Makes the folder of a key where it is missing. */
  prepare(key: string): Promise<void>;
  /** The same for the folder of temporary files. One folder for all, so that finding forgotten ones stays cheap. */
  prepareTemporary(): Promise<void>;
  readonly temporary: string;
}

export function stateFolder(root: string): StateFolder {
  const temporary = join(root, '.tmp');
  return {
    path: root,
    temporary,
    pathOf: (key) => join(root, checked(key)),
    has: (key) => foldersOf(root, checked(key)).every(usable),
    prepare: (key) => makeMissing(foldersOf(root, checked(key))),
    prepareTemporary: () => makeMissing([root, temporary]),
  };
}

function checked(key: string): string {
  if (!KEY.test(key)) throw new Error(`not a key: ${JSON.stringify(key)}`);
  return key;
}

/** The state folder itself and those between it and the key, outermost first. */
function foldersOf(root: string, key: string): string[] {
  const parts = key.split('/').slice(0, -1);
  return [root, ...parts.map((_, depth) => join(root, ...parts.slice(0, depth + 1)))];
}

function usable(folder: string): boolean {
  const stats = statsOf(folder);
  if (stats) refuseForeign(folder, stats);
  return stats !== undefined;
}

function statsOf(folder: string): Stats | undefined {
  try {
    return lstatSync(folder, { throwIfNoEntry: false });
  } catch (error) {
    throw unavailable('look at', folder, error);
  }
}

function refuseForeign(folder: string, stats: Stats): void {
  if (stats.isSymbolicLink())
    throw refusal(folder, 'is a symbolic link', 'Replace the link by the folder, or set state.path');
  if (!stats.isDirectory()) throw refusal(folder, 'is not a folder', 'Move it away, or set state.path');
  if (process.getuid && stats.uid !== process.getuid())
    throw refusal(folder, 'belongs to another user', 'Run deployer as its owner, change the owner, or set state.path');
}

function refusal(folder: string, fault: string, fix: string): DeployerError {
  return new DeployerError({
    code: 'STATE_UNAVAILABLE',
    stage: 'state',
    reason: `The state folder ${folder} ${fault}`,
    fix,
  });
}

async function makeMissing(folders: readonly string[]): Promise<void> {
  for (const folder of folders) if (!usable(folder)) await make(folder);
}

async function make(folder: string): Promise<void> {
  try {
    await mkdir(dirname(folder), { recursive: true });
    await mkdir(folder, { mode: 0o700 });
    await chmod(folder, 0o700);
    await syncFolder(dirname(folder));
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw unavailable('make', folder, error);
    usable(folder);
  }
}
