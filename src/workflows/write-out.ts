import { chmod, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DeployerError } from '../core/errors.ts';
import { ioFailure } from '../core/io-failure.ts';
import { changeFile } from '../secrets/change-file.ts';
import { refuseUnlessKeptFromGit } from '../secrets/kept-from-git.ts';
import type { Workspace } from './workspace.ts';

export interface FileWish {
  /** Absolute. */
  readonly file: string;
  /** As it was named, for messages. */
  readonly shown: string;
  readonly text: string;
  /** `secrets`: for its owner only, and only where git leaves it alone. `private`: for its owner only. */
  readonly holds: 'secrets' | 'private' | 'public';
  readonly existing: 'keep' | 'overwrite';
}

/** Writes a file whole. One that holds something else is refused (`GATE_REFUSED`) unless it may be overwritten. */
export async function writeOut({ runtime }: Workspace, wish: FileWish): Promise<'changed' | 'unchanged'> {
  const { shown, text, holds, existing } = wish;
  const file = await placeOf(wish);
  if (holds === 'secrets') await refuseUnlessKeptFromGit(file, shown, runtime.processes);
  const mode = holds === 'public' ? 0o644 : 0o600;
  const outcome = await changeFile({ file, shown, mode }, (before) => {
    if (before !== undefined && before !== text && existing === 'keep') throw inTheWay(shown);
    return text;
  });
  if (mode === 0o600)
    await chmod(file, mode).catch((error: unknown) => Promise.reject(ioFailure('write', shown, error)));
  return outcome;
}

/** Free of links, so that what git says of it holds. */
async function placeOf({ file, shown }: FileWish): Promise<string> {
  const real = await realpath(file).catch(() => undefined);
  if (real !== undefined) return real;
  const folder = await realpath(dirname(file)).catch((error: unknown) => {
    throw ioFailure('write', shown, error);
  });
  return join(folder, basename(file));
}

function inTheWay(shown: string): DeployerError {
  return new DeployerError({
    code: 'GATE_REFUSED',
    reason: `${shown} is there already and holds something else`,
    fix: 'Give --overwrite to replace it, or another name by --out',
    stage: 'usage',
  });
}
