import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { neverTaken } from '../../../core/excluded.ts';
import { ioFailure, systemCode } from '../../../core/io-failure.ts';
import type { TarMember } from '../../tar.ts';
import { type Ignore, parseIgnore } from './ignore.ts';

/** The folder that an image is built from. */
export interface BuildContext {
  /** Absolute, without links. */
  readonly folder: string;
  /** Below the folder, with `/`. */
  readonly dockerfile: string;
}

/** Where the Dockerfile of a service is; `undefined` when there is none. */
export async function findContext(
  { service }: Target,
  dockerfile: string,
  { root }: Pick<DriverContext, 'root'>,
): Promise<BuildContext | undefined> {
  const folder = await realpath(join(root, service.path)).catch(() => undefined);
  const real = await realpath(root);
  if (folder === undefined || (folder !== real && !folder.startsWith(`${real}/`))) throw outside(service);
  const found = await realpath(join(folder, dockerfile)).catch(() => undefined);
  if (found === undefined) return undefined;
  if (!found.startsWith(`${folder}/`)) throw outside(service);
  return { folder, dockerfile };
}

/**
 * What the build sees: the folder without what `.dockerignore` leaves out, and without what never leaves the working tree
 * (`.git`, `.env` files), in one order, with modes reduced to whether a file can be run.
 */
export async function* contextMembers(context: BuildContext): AsyncGenerator<TarMember> {
  const ignore = await readIgnore(context);
  yield* folderMembers(context, ignore, '');
}

/** A Dockerfile may have one of its own. */
async function readIgnore({ folder, dockerfile }: BuildContext): Promise<Ignore> {
  for (const name of [`${dockerfile}.dockerignore`, '.dockerignore']) {
    const text = await readFile(join(folder, name), 'utf8').catch((error) => {
      if (systemCode(error) !== 'ENOENT') throw ioFailure('read', name, error);
      return undefined;
    });
    if (text !== undefined) return parseIgnore(text);
  }
  return parseIgnore('');
}

async function* folderMembers(context: BuildContext, ignore: Ignore, below: string): AsyncGenerator<TarMember> {
  const entries = await readdir(join(context.folder, below), { withFileTypes: true });
  entries.sort((one, other) => (one.name < other.name ? -1 : 1));
  for (const entry of entries) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    // The builder reads these two from the context itself.
    const needed = path === context.dockerfile || path === '.dockerignore';
    if (neverTaken(entry.name)) continue;
    const ignored = !needed && ignore.ignores(path);
    if (entry.isDirectory()) {
      if (!ignored) yield { path, kind: 'folder' };
      if (!ignored || ignore.readmits || context.dockerfile.startsWith(`${path}/`))
        yield* folderMembers(context, ignore, path);
    } else if (!ignored) yield* fileMembers(join(context.folder, path), path);
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

function outside({ name, path }: Target['service']): DeployerError {
  return new DeployerError({
    code: 'INVALID_CONFIG',
    reason: `services.${name}.path: ${path}, or its Dockerfile, is not inside the project`,
    stage: 'build',
    fix: 'Correct the path',
  });
}
