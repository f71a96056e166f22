import { realpath } from 'node:fs/promises';
import { join, posix, relative } from 'node:path';
import type { GeneratedFile, PathFilter } from '../../../core/build-inputs.ts';
import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { generate } from './generate/generate.ts';
import { contextFilter, readIgnoreFile } from './ignore.ts';
import { readBuildOptions } from './options.ts';

/** The folder that an image is built from. */
export interface BuildContext {
  /** Absolute, without links. */
  readonly folder: string;
  /** Root-relative; `.` for the project folder. */
  readonly path: string;
  /** Below the folder, with `/`. */
  readonly dockerfile: string;
  /** What the build sees of the folder. */
  readonly filter: PathFilter;
  /** Files that are not there, by their paths below the folder. */
  readonly generated: ReadonlyMap<string, string>;
}

/** A generated Dockerfile stands in for this one only: another name says that there is one. */
const USUAL = 'Dockerfile';

/**
 * Where a service is built from, and by which Dockerfile; one is generated where there is none. `INVALID_CONFIG` says what
 * is missing, with its place in the config.
 */
export async function findContext(
  target: Target,
  context: Pick<DriverContext, 'root' | 'detect'>,
): Promise<BuildContext> {
  const { dockerfile: named } = readBuildOptions(target.service.options);
  const place = await findPlace(target, context);
  const dockerfile = posix.join(place.below, named);
  const found = await realpath(join(place.folder, dockerfile)).catch(() => undefined);
  if (found !== undefined && !found.startsWith(`${place.folder}/`))
    throw outside(target, optionOf(target, 'dockerfile'), named);
  if (found !== undefined) return written({ ...place, dockerfile });
  if (named !== USUAL) throw missing(target, named);
  return generated(target, { ...place, dockerfile }, context);
}

/** The files of a context that were generated, where they would lie in the project. */
export function generatedFiles({ path, generated }: BuildContext): readonly GeneratedFile[] {
  return [...generated].map(([name, text]) => ({ path: posix.join(path, name), text }));
}

/** The owner's own command comes before: it makes what the Dockerfile takes. A generated one runs it itself. */
export function runsBefore({ dockerfile, generated }: BuildContext): boolean {
  return !generated.has(dockerfile);
}

interface Place extends Pick<BuildContext, 'folder' | 'path'> {
  /** From the folder to the service, with `/`; empty when they are the same. */
  readonly below: string;
}

async function findPlace(target: Target, { root }: Pick<DriverContext, 'root'>): Promise<Place> {
  const { path } = target.service;
  const wanted = readBuildOptions(target.service.options).context ?? path;
  const real = await realpath(root);
  const [folder, own] = await Promise.all(
    [wanted, path].map((one) => realpath(join(root, one)).catch(() => undefined)),
  );
  if (own === undefined || !isIn(real, own)) throw outside(target, 'path', path);
  if (folder === undefined || !isIn(real, folder) || !isIn(folder, own)) throw notAround(target, wanted);
  return { folder, path: relative(real, folder) || '.', below: relative(folder, own) };
}

async function written(place: Pick<BuildContext, 'folder' | 'path' | 'dockerfile'>): Promise<BuildContext> {
  return {
    ...place,
    filter: contextFilter(await readIgnoreFile(place.folder, ignoreFiles(place)), place.dockerfile),
    generated: new Map(),
  };
}

/** The first that is there holds. */
function ignoreFiles({ dockerfile }: Pick<BuildContext, 'dockerfile'>): readonly string[] {
  return [`${dockerfile}.dockerignore`, '.dockerignore'];
}

/** In a folder that services share, each has an ignore file of its own. */
async function generated(
  target: Target,
  { below, ...place }: Place & Pick<BuildContext, 'dockerfile'>,
  context: Pick<DriverContext, 'detect'>,
): Promise<BuildContext> {
  const made = generate(requestFor(target, below, await context.detect(target.service.path)));
  if ('reason' in made) throw underivable(target, made);
  const ignore = await readIgnoreFile(place.folder, ignoreFiles(place));
  const own = below === '' ? '.dockerignore' : `${place.dockerfile}.dockerignore`;
  return {
    ...place,
    filter: contextFilter(ignore ?? made.dockerignore, place.dockerfile),
    generated: new Map([
      [place.dockerfile, made.dockerfile],
      ...(ignore === undefined ? [[own, made.dockerignore] as const] : []),
    ]),
  };
}

function requestFor({ service, secrets = [] }: Target, below: string, stack: Parameters<typeof generate>[0]['stack']) {
  const { build_args, base_images } = readBuildOptions(service.options);
  const isSecret = new Set(secrets);
  const plain = service.build.env.filter((name) => !isSecret.has(name));
  return {
    service,
    stack,
    below,
    args: [...new Set([...Object.keys(build_args), ...plain])].sort(),
    secrets: service.build.env.filter((name) => isSecret.has(name)).sort(),
    baseImages: base_images,
  };
}

function isIn(outer: string, inner: string): boolean {
  return inner === outer || inner.startsWith(outer === '/' ? '/' : `${outer}/`);
}

function outside(target: Target, field: string, path: string): DeployerError {
  return wrong(target, field, { message: `${path} is not inside the project, or not there`, fix: 'Correct the path' });
}

function notAround(target: Target, path: string): DeployerError {
  const message = `${path} is not a folder of the project that ${target.service.path} is in`;
  return wrong(target, optionOf(target, 'context'), {
    message,
    fix: 'Name the folder of the service, or one above it',
  });
}

function missing(target: Target, dockerfile: string): DeployerError {
  const { name, path } = target.service;
  const message = `${name} has no Dockerfile: there is no ${dockerfile} in ${path}`;
  return wrong(target, optionOf(target, 'dockerfile'), { message, fix: 'Write one, or name another file' });
}

function underivable(
  target: Target,
  { reason, fix }: { readonly reason: string; readonly fix: string },
): DeployerError {
  const { name, path } = target.service;
  return wrong(target, optionOf(target, 'dockerfile'), {
    message: `${name} has no Dockerfile in ${path}, and ${reason}`,
    fix,
  });
}

function wrong(
  { service }: Target,
  field: string,
  { message, fix }: { readonly message: string; readonly fix: string },
): DeployerError {
  const path = `services.${service.name}.${field}`;
  return new DeployerError({
    code: 'INVALID_CONFIG',
    reason: `${path}: ${message}`,
    stage: 'build',
    fix,
    findings: [{ level: 'error', code: 'INVALID_CONFIG', message, path, fix }],
  });
}

/** Options stand under the name of their driver. */
function optionOf({ service }: Target, name: string): string {
  return `${service.driver}.${name}`;
}
