import type { Artifact } from '../../core/artifact.ts';
import type { DriverContext, Target } from '../../core/driver.ts';
import type { Variables } from '../../core/secret.ts';
import { buildIn, imageTag, nameImage, repositoryOf } from '../image/build/image.ts';
import { openEngine } from '../image/engine/client.ts';
import { fetchImage } from '../image/engine/fetch-image.ts';
import { pushImage } from '../image/registry/push.ts';
import { LABEL } from './names.ts';
import { type DockerOptions, readOptions } from './options.ts';
import { openRegistry } from './registry/registry.ts';

/** Builds the image of a service, or takes one that others have made; with a registry it goes there too. */
export async function buildTarget(target: Target, variables: Variables, context: DriverContext): Promise<Artifact> {
  const { project, service } = target;
  const options = readOptions(service.options);
  if (options.image !== undefined) return takeImage(target, options.image, context);
  const engine = await openEngine(builderOf(options), context);
  const labels = { [LABEL.managed]: '1', [LABEL.project]: project, [LABEL.service]: service.name };
  const artifact = await buildIn({ engine, repository: repositoryOf(target), labels }, target, variables, context);
  const registry = await openRegistry(target, context);
  if (!registry) return artifact;
  const reference = await pushImage(engine, imageTag(artifact), registry, context);
  return { ...artifact, location: `${artifact.location} and ${reference}` };
}

/** The image of others that the host has by this name, or can fetch. What it is now stays with the version. */
async function takeImage(target: Target, image: string, context: DriverContext): Promise<Artifact> {
  const engine = await openEngine(readOptions(target.service.options).hosts[0]?.engine, context);
  const registry = await openRegistry(target, context);
  await fetchImage(engine, image, context, registry && image.startsWith(`${registry.host}/`) ? registry.headers : {});
  return nameImage(engine, image, repositoryOf(target));
}

/** As the config names it; `undefined` for the engine that is used when none is named. */
export function builderOf({ builder, hosts }: DockerOptions): string | undefined {
  return builder ?? hosts[0]?.engine;
}
