import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Artifact } from '../../../core/artifact.ts';
import type { Digest } from '../../../core/digest.ts';
import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { revealAll, type Variables } from '../../../core/secret.ts';
import type { Engine } from '../engine/client.ts';
import type { Reference } from '../registry/push.ts';
import { buildImage, findBuilder } from './builder.ts';
import { findContext, runsBefore } from './context.ts';
import { readBuildOptions } from './options.ts';

/** What an engine says of an image. */
interface ImageView {
  readonly Id: Digest;
  readonly Size: number;
}

/** Where and as what an image is made. */
export interface Making {
  readonly engine: Engine;
  /** Local name of the service's images. */
  readonly repository: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Builds the image of a service, once, in one engine. Its identity is its id; a name of its own keeps it from
 * being taken for rubbish. The same inputs are found in the builder's cache and give the same image.
 */
export async function buildIn(
  { engine, repository, labels }: Making,
  target: Target,
  variables: Variables,
  context: DriverContext,
): Promise<Artifact> {
  const { service } = target;
  const source = await findContext(target, context);
  if (runsBefore(source)) await runCommand(target, variables, context);
  const image = `${repository}:building-${shortDigest(context.idempotencyKey)}`;
  const builder = await findBuilder(context);
  context.log(`building ${service.name} with ${builder === 'engine' ? 'the engine' : builder}`);
  await buildImage(builder, { ...requestOf(target, variables), labels, source, image }, engine, context);
  return keepImage(engine, image, repository);
}

/** Where the images of a service are kept; all of its environments share them. */
export function repositoryOf({ project, service }: Pick<Target, 'project' | 'service'>): string {
  return `deployer/${project}/${service.name}`;
}

function requestOf({ service }: Target, variables: Variables) {
  const { build_args, target, platform } = readBuildOptions(service.options);
  return {
    service: service.name,
    variables: { ...build_args, ...variables },
    ...(target ? { target } : {}),
    ...(platform ? { platform } : {}),
  };
}

async function runCommand({ service }: Target, variables: Variables, context: DriverContext): Promise<void> {
  const { command } = service.build;
  if (command === undefined) return;
  const { signal, timeout, log } = context;
  const env = revealAll(variables);
  const cwd = join(context.root, service.path);
  const result = await context.processes.shell(command, { cwd, env, signal, timeout, onLine: log });
  if (result.outcome === 'exited' && result.exitCode === 0) return;
  if (result.outcome === 'cancelled') throw signal.reason;
  throw new DeployerError({
    code: result.outcome === 'timed_out' ? 'TIMEOUT' : 'BUILD_FAILED',
    stage: 'build',
    reason: `The build command of ${service.name} failed`,
    fix: `Correct what the lines above say, or services.${service.name}.build.command`,
    detail: result.tail,
  });
}

/** From the name it was built under to one that stays. */
async function keepImage(engine: Engine, image: string, repository: string): Promise<Artifact> {
  const artifact = await nameImage(engine, image, repository);
  await engine.call('DELETE', `/images/${image}`, { doing: `forget the name ${image}`, accept: [404, 409] });
  return artifact;
}

/** Gives an image that an engine has the name that stays, by its id. */
export async function nameImage(engine: Engine, image: string, repository: string): Promise<Artifact> {
  const { body } = await engine.call<ImageView>('GET', `/images/${image}/json`, { doing: `find ${image}` });
  const tag = tagOf(body.Id);
  await engine.call('POST', `/images/${image}/tag`, { doing: `name ${image}`, query: { repo: repository, tag } });
  return { kind: 'image', digest: body.Id, size: body.Size, location: `${repository} in ${engine.endpoint.text}` };
}

interface Location {
  readonly repository: string;
  /** That built it. */
  readonly engine?: string;
  /** In the registry that it was pushed to. */
  readonly published?: Reference;
}

/** Where an image lies, as its artifact says. */
export function readLocation({ location = '' }: Artifact): Location {
  const [built = '', published] = location.split(' and ');
  const [repository = '', engine] = built.split(' in ');
  return { repository, ...(engine ? { engine } : {}), ...(published ? { published } : {}) };
}

/** The name that an image keeps on every host. */
export function imageTag(artifact: Artifact): string {
  return `${readLocation(artifact).repository}:${tagOf(artifact.digest)}`;
}

function tagOf(digest: string): string {
  return digest.slice('sha256:'.length, 'sha256:'.length + 12);
}

function shortDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 10);
}
