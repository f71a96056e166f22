import type { Artifact } from '../../../core/artifact.ts';
import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Engine } from '../engine/client.ts';
import { readOptions } from '../options.ts';
import type { RegistryOptions } from '../secret-options.ts';
import { authBody, authHeader, findAccount, hostOf } from './account.ts';
import { registryFailure } from './failure.ts';

/** An image in a registry, by the digest of its manifest: `registry.example.com/shop/api@sha256:…`. */
export type Reference = string;

/** The registry of a target, and who we are there. */
export interface Registry {
  /** Of the service's images, without tag and digest. */
  readonly name: string;
  readonly host: string;
  /** Headers of a call that makes an engine speak with it. */
  readonly headers: Readonly<Record<string, string>>;
  /** What an engine is asked to log in with; `undefined` without an account. */
  readonly login?: Readonly<Record<string, string>>;
}

/** `undefined` when the target has none. */
export async function openRegistry(target: Target, context: DriverContext): Promise<Registry | undefined> {
  const { registry } = readOptions(target.service.options);
  if (!registry) return undefined;
  const account = await findAccount(target, context);
  return {
    name: imageName(registry, target),
    host: hostOf(registry.repository),
    headers: { 'X-Registry-Auth': authHeader(registry, account) },
    ...(account ? { login: authBody(registry, account) } : {}),
  };
}

/** Names of services may hold capitals, those of images may not. */
function imageName({ repository }: RegistryOptions, { service }: Target): string {
  return `${repository}/${service.name.toLowerCase()}`;
}

/** Puts an image of an engine into the registry, under the tag of its name here. The engine keeps no name of it. */
export async function pushImage(
  engine: Engine,
  image: string,
  registry: Registry,
  context: DriverContext,
): Promise<Reference> {
  const { name, headers } = registry;
  const tag = image.slice(image.lastIndexOf(':') + 1);
  context.log(`pushing ${name}:${tag}`);
  const doing = `push ${name}:${tag}`;
  await engine.call('POST', `/images/${image}/tag`, { doing, query: { repo: name, tag } });
  let digest: string | undefined;
  try {
    const request = { doing, query: { tag }, headers, timeout: context.timeout };
    for await (const { aux } of engine.lines('POST', `/images/${name}/push`, request))
      digest = (aux as { Digest?: string } | undefined)?.Digest ?? digest;
  } catch (error) {
    throw registryFailure(registry.host, error);
  } finally {
    const forget = { doing: `forget the name ${name}:${tag}`, query: { noprune: 1 }, accept: [404, 409] };
    await engine.call('DELETE', `/images/${name}:${tag}`, forget).catch(() => undefined);
  }
  if (digest === undefined) throw noDigest(registry);
  return `${name}@${digest}`;
}

/** Has an engine fetch an image, and name it; it has to be the one of the artifact. */
export async function pullImage(
  engine: Engine,
  { reference, as, artifact }: { readonly reference: Reference; readonly as: string; readonly artifact: Artifact },
  registry: Registry,
  context: DriverContext,
): Promise<void> {
  context.log(`pulling ${reference}`);
  const doing = `pull ${reference}`;
  const [fromImage, digest] = reference.split('@');
  try {
    const request = { doing, query: { fromImage, tag: digest }, headers: registry.headers, timeout: context.timeout };
    for await (const _ of engine.lines('POST', '/images/create', request));
  } catch (error) {
    throw registryFailure(registry.host, error);
  }
  const { body } = await engine.call<{ Id: string }>('GET', `/images/${reference}/json`, { doing });
  if (body.Id !== artifact.digest) throw anotherStore(engine);
  const [repo, tag] = as.split(/:(?=[^:]*$)/);
  await engine.call('POST', `/images/${reference}/tag`, { doing, query: { repo, tag } });
  await engine.call('DELETE', `/images/${reference}`, { doing, query: { noprune: 1 }, accept: [404, 409] });
}

function noDigest({ host, name }: Registry): DeployerError {
  return new DeployerError({
    code: 'DEPLOY_FAILED',
    stage: 'build',
    reason: `The engine pushed ${name}, and did not say what ${host} made of it`,
    fix: 'Deploy again; if it stays, leave out docker.registry',
  });
}

/** Engines count the id over the manifest or over the configuration, by how they store images. */
function anotherStore({ endpoint }: Engine): DeployerError {
  return new DeployerError({
    code: 'UNSUPPORTED',
    stage: 'deploy',
    reason: `The engine at ${endpoint.text} stores images in another way than the engine that builds them`,
    fix: 'Let all of them use the same image store: containerd-snapshotter in /etc/docker/daemon.json, or none',
  });
}
