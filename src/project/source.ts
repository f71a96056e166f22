import { realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildInputs } from '../core/build-inputs.ts';
import { type Digest, digestBytes } from '../core/digest.ts';
import type { DeployerError } from '../core/errors.ts';
import { ioFailure, systemCode } from '../core/io-failure.ts';
import { count } from '../core/text.ts';
import type { FileCache } from './file-cache.ts';
import { type Hashing, hashFolder, hashSingle } from './hash-folder.ts';
import { filterRules, RAW_RULES, type Rules, withOutputs, withPlatform } from './ignore-rules.ts';
import { manifestLine, type SourceManifest } from './manifest.ts';
import {
  insideRoot,
  pathProblem,
  rulesAbove,
  type SourceService,
  type SourceTree,
  serviceFolder,
} from './source-tree.ts';
import { walk } from './walk.ts';

const SHOWN = 20;
const NO_DIGEST = '0'.repeat(64);

export interface SourceHash {
  /** Of `files`. */
  readonly digest: Digest;
  readonly files: SourceManifest;
}

/** A folder (with `/` at its end) or a file, root-relative, and the rules for what is in it. */
interface Start {
  readonly path: string;
  readonly rules: Rules;
}

/**
 * Hashes what a service is made from:
 * - with a build command, its folder under the ignore rules, without the outputs: the build makes those;
 * - without one, the outputs as they are, since they are what will be deployed, ignored by git or not;
 * - without both, its folder under the ignore rules.
 *
 * A driver that builds in its own way says what its build sees: another folder, files by another filter.
 *
 * Links are hashed as links. `INVALID_CONFIG` names all links that leave the project, and sockets, pipes and devices.
 */
export function hashSource(request: {
  readonly tree: SourceTree;
  readonly service: SourceService;
  readonly cache: FileCache;
  readonly inputs?: BuildInputs | undefined;
}): SourceHash {
  const { tree, service, cache, inputs } = request;
  const hashing: Hashing = { root: tree.root, lines: [], refused: [] };
  for (const start of inputs ? [startIn(tree, service, inputs)] : startsOf(tree, service)) {
    if (!isFolder(start.path)) hashSingle(hashing, start.path);
    else
      walk({ root: tree.root, start: start.path, rules: start.rules, memoOf: cache.lookup }, (folder) => {
        const memo = hashFolder(hashing, folder);
        if (memo) cache.record(folder.base, memo);
      });
  }
  if (hashing.refused.length > 0) throw refusal(service, hashing.refused);
  const files = hashing.lines.join('\n') as SourceManifest;
  return { digest: digestBytes(files), files };
}

/**
 * The files and links of a service's folder under its ignore rules, relative to the folder: what becomes the artifact when
 * no output is named.
 */
export function listSource(tree: SourceTree, service: SourceService): readonly string[] {
  const start = serviceFolder(tree, service);
  const paths: string[] = [];
  const rules = withPlatform(rulesAbove(tree, start), start, service.ignores);
  walk({ root: tree.root, start, rules, memoOf: () => undefined }, ({ base, entries }) => {
    const inside = base.slice(start.length);
    for (const entry of entries) if (!entry.isDirectory()) paths.push(inside + entry.name);
  });
  return paths;
}

/** The same as a manifest without digests, for a look at files that nobody has hashed. */
export function listFiles(tree: SourceTree, service: SourceService): SourceManifest {
  const folder = serviceFolder(tree, service);
  return listSource(tree, service)
    .map((path) => manifestLine('-', NO_DIGEST, folder + path))
    .join('\n') as SourceManifest;
}

function startsOf(tree: SourceTree, service: SourceService): readonly Start[] {
  const folder = serviceFolder(tree, service);
  const outputs = outputsIn(folder, service);
  if (service.build.command === undefined && outputs.length > 0)
    return outputs.flatMap((path) => rawStart(tree, service, path));
  const rules = withOutputs(rulesAbove(tree, folder), outputs);
  // A command may read what is left out of the artifact.
  return [
    { path: folder, rules: service.build.command === undefined ? withPlatform(rules, folder, service.ignores) : rules },
  ];
}

/** What a command of the owner's makes is no source, and git knows best what that is. */
function startIn(tree: SourceTree, service: SourceService, { folder: path, filter }: BuildInputs): Start {
  const own = serviceFolder(tree, service);
  const folder = serviceFolder(tree, { ...service, path });
  if (filter) return { path: folder, rules: filterRules(filter, folder) };
  const outputs = service.build.command === undefined ? [] : outputsIn(own, service);
  return { path: folder, rules: withOutputs(rulesAbove(tree, folder), outputs) };
}

function outputsIn(folder: string, { build }: SourceService): readonly string[] {
  return build.output.map((path) => join(folder, path).replace(/\/$/, ''));
}

/** An output that is missing has no files; the step that collects it says so. */
function rawStart(tree: SourceTree, service: SourceService, path: string): readonly Start[] {
  const real = realPath(join(tree.root, path));
  if (real === undefined) return [];
  const inside = insideRoot(tree, real);
  if (inside === undefined)
    throw pathProblem(service, {
      field: 'build.output',
      what: `${path} leads out of the project`,
      fix: 'Name a path inside the service',
    });
  const folder = inside !== '' && statSync(real).isDirectory();
  return [{ path: folder ? `${inside}/` : inside, rules: RAW_RULES }];
}

function isFolder(path: string): boolean {
  return path === '' || path.endsWith('/');
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(systemCode(error))) return undefined;
    throw ioFailure('read', path, error);
  }
}

function refusal(service: SourceService, refused: readonly string[]): DeployerError {
  const more = refused.length > SHOWN ? [`and ${refused.length - SHOWN} more`] : [];
  return pathProblem(service, {
    field: 'path',
    what: `${count(refused.length, 'path')} cannot be deployed: ${refused.slice(0, 3).join('; ')}`,
    fix: 'Remove them, or leave them out with .deployignore or, where an image is built, .dockerignore',
    detail: [...refused.slice(0, SHOWN), ...more],
  });
}
