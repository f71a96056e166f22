import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { DeployerError } from '../../../core/errors.ts';
import { neverTaken } from '../../../core/excluded.ts';
import { ioFailure } from '../../../core/io-failure.ts';
import type { TarMember } from '../../tar.ts';
import type { BuildContext } from './context.ts';

/**
 * What the build sees: the folder as far as the filter lets it through, without what never leaves the working tree (`.git`,
 * `.env` files), and what is generated, in one order, with modes reduced to whether a file can be run.
 */
export async function* contextMembers(context: BuildContext): AsyncGenerator<TarMember> {
  for (const [path, text] of context.generated) yield textMember(path, text);
  yield* folderMembers(context, '');
}

function textMember(path: string, text: string): TarMember {
  const content = Buffer.from(text);
  return { path, kind: 'file', mode: 0o644, size: content.length, content };
}

async function* folderMembers(context: BuildContext, below: string): AsyncGenerator<TarMember> {
  const { folder, filter } = context;
  const entries = await readdir(join(folder, below), { withFileTypes: true });
  entries.sort((one, other) => (one.name < other.name ? -1 : 1));
  for (const entry of entries) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (neverTaken(entry.name)) continue;
    const ignored = filter.ignores(path);
    if (entry.isDirectory()) {
      if (!ignored) yield { path, kind: 'folder' };
      if (!ignored || filter.readmits(path)) yield* folderMembers(context, path);
    } else if (!ignored) yield* fileMembers(join(folder, path), path);
  }
}

/** Sockets and devices are no part of a build. */
async function* fileMembers(absolute: string, path: string): AsyncGenerator<TarMember> {
  const stat = await lstat(absolute).catch((error) => {
    throw ioFailure('read', path, error);
  });
  if (stat.isSymbolicLink()) yield { path, kind: 'link', target: await readlink(absolute) };
  if (!stat.isFile()) return;
  const mode = stat.mode & 0o111 ? 0o755 : 0o644;
  yield { path, kind: 'file', mode, size: stat.size, content: contentOf(absolute, path, stat.size) };
}

async function* contentOf(absolute: string, path: string, size: number): AsyncGenerator<Uint8Array> {
  let left = size;
  const file = createReadStream(absolute);
  try {
    for await (const chunk of file as AsyncIterable<Buffer>) {
      left -= chunk.length;
      if (left < 0) break;
      yield chunk;
    }
  } catch (error) {
    throw ioFailure('read', path, error);
  }
  if (left !== 0) throw changed(path);
}

function changed(path: string): DeployerError {
  return new DeployerError({
    code: 'PLAN_STALE',
    reason: `${path} changed while the image was built`,
    stage: 'build',
    fix: 'Plan and deploy again',
  });
}
