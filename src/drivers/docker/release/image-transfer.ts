import type { Artifact } from '../../../core/artifact.ts';
import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { imageTag, readLocation } from '../../image/build/image.ts';
import { type Engine, openEngine } from '../../image/engine/client.ts';
import { pushImage, type Reference, type Registry } from '../../image/registry/push.ts';
import { builderOf } from '../build.ts';
import type { Host } from '../host.ts';
import { readOptions } from '../options.ts';
import { openRegistry, pullImage } from '../registry/registry.ts';

/** Bytes that are said when they have gone by. */
const SAID_EVERY = 64 * 1024 * 1024;

/**
 * Makes sure that a host has the image of an artifact: from the registry, or else straight from the engine that has it.
 */
export async function bringImage(
  host: Host,
  target: Target,
  artifact: Artifact,
  context: DriverContext,
): Promise<void> {
  if (await hasImage(host.engine, artifact.digest)) return;
  const registry = await openRegistry(target, context);
  if (registry) await pullOrPublish(host, target, { artifact, registry }, context);
  else await sendImage(host, target, artifact, context);
  await requireImage(host, target, artifact.digest);
}

/** What the registry of this environment does not have, it gets first, from an engine that has it. */
async function pullOrPublish(
  host: Host,
  target: Target,
  { artifact, registry }: { readonly artifact: Artifact; readonly registry: Registry },
  context: DriverContext,
): Promise<void> {
  const [as, { published }] = [imageTag(artifact), readLocation(artifact)];
  const pull = (reference: Reference) => pullImage(host.engine, { reference, as, artifact }, registry, context);
  if (published?.startsWith(`${registry.name}@`)) {
    const missing = await pull(published).then(() => false, isMissing);
    if (!missing) return;
  }
  const source = await findSource(host, target, artifact, context);
  if (!source) throw noImage(host, target, artifact.digest);
  await pull(await pushImage(source, as, registry, context));
}

/** An image by a name that other engines can fetch it by, and what they have to be told for it. */
export interface FetchableImage {
  readonly reference: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** For engines that we do not speak with: the registry gets what it lacks. Without one they have to have it. */
export async function fetchableImage(
  host: Host,
  target: Target,
  artifact: Artifact,
  context: DriverContext,
): Promise<FetchableImage> {
  const registry = await openRegistry(target, context);
  if (!registry) return { reference: imageTag(artifact), headers: {} };
  const { name, headers } = registry;
  const { published } = readLocation(artifact);
  if (published?.startsWith(`${name}@`)) return { reference: published, headers };
  return { reference: await pushImage(host.engine, imageTag(artifact), registry, context), headers };
}

/** Registries are cleaned by their owners. */
function isMissing(error: unknown): true {
  if (error instanceof DeployerError && error.code === 'NOT_FOUND') return true;
  throw error;
}

async function sendImage(host: Host, target: Target, artifact: Artifact, context: DriverContext): Promise<void> {
  const source = await findSource(host, target, artifact, context);
  if (!source) throw noImage(host, target, artifact.digest);
  const name = imageTag(artifact);
  context.log(`sending the image from ${source.endpoint.text}`);
  const doing = `send the image ${name}`;
  const bytes = await source.stream('GET', `/images/${name}/get`, { doing, timeout: context.timeout });
  const answers = host.engine.lines('POST', '/images/load', {
    doing,
    query: { quiet: 1 },
    tar: counted(bytes, context),
    timeout: context.timeout,
  });
  for await (const _ of answers);
}

/** Engines that may have it: the one that built it, those of the service's other hosts. */
async function findSource(
  { engine }: Host,
  target: Target,
  artifact: Artifact,
  context: DriverContext,
): Promise<Engine | undefined> {
  const options = readOptions(target.service.options);
  const wanted = [readLocation(artifact).engine, builderOf(options), ...options.hosts.map((one) => one.engine)];
  for (const name of new Set(wanted)) {
    const other = await openEngine(name, context).catch(ignoreUnreachable);
    if (!other || other.endpoint.text === engine.endpoint.text) continue;
    if (await hasImage(other, artifact.digest)) return other;
  }
  return undefined;
}

function ignoreUnreachable(error: unknown): undefined {
  if (!(error instanceof DeployerError)) throw error;
  return undefined;
}

async function hasImage(engine: Engine, digest: string): Promise<boolean> {
  const request = { doing: `look for the image ${digest}`, accept: [404] };
  return (await engine.call('GET', `/images/${digest}/json`, request)).status !== 404;
}

async function* counted(bytes: AsyncIterable<Uint8Array>, { log }: DriverContext): AsyncGenerator<Uint8Array> {
  let sent = 0;
  let said = 0;
  for await (const chunk of bytes) {
    sent += chunk.length;
    if (sent - said >= SAID_EVERY) log(`${Math.round(sent / 1024 / 1024)} MiB sent`);
    if (sent - said >= SAID_EVERY) said = sent;
    yield chunk;
  }
}

/** What the engine of a host says of an image it has to have. */
export async function requireImage<View>(host: Host, target: Target, digest: string): Promise<View> {
  const doing = `look at the image ${digest}`;
  const image = await host.engine.call<View>('GET', `/images/${digest}/json`, { doing, accept: [404] });
  if (image.status === 404) throw noImage(host, target, digest);
  return image.body;
}

function noImage({ name }: Host, { service }: Target, digest: string): DeployerError {
  return new DeployerError({
    code: 'NOT_FOUND',
    stage: 'deploy',
    reason: `The engine at ${name} does not have the image ${digest} of ${service.name}, and no other engine of the service has it`,
    fix: 'It was removed, or built by an engine that does not answer: change a file of the service and deploy again',
  });
}
