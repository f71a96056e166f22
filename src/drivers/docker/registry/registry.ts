import type { Artifact } from '../../../core/artifact.ts';
import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Engine } from '../../image/engine/client.ts';
import { registryFailure } from '../../image/registry/failure.ts';
import type { Reference, Registry } from '../../image/registry/push.ts';
import { readOptions } from '../options.ts';
import type { RegistryOptions } from '../secret-options.ts';
import { authBody, authHeader, findAccount, hostOf } from './account.ts';

const FIXES = {
  account: 'Correct docker.registry.username and what docker.registry.password refers to, or run docker login',
  rights: 'Give the account of docker.registry the right to push and to pull there, or correct the repository',
  name: 'Start it, or correct the name in docker.registry.repository',
} as const;

/** `undefined` when the target has none. */
export async function openRegistry(target: Target, context: DriverContext): Promise<Registry | undefined> {
  const { registry } = readOptions(target.service.options);
  if (!registry) return undefined;
  const account = await findAccount(target, context);
  return {
    name: imageName(registry, target),
    host: hostOf(registry.repository),
    fixes: FIXES,
    headers: { 'X-Registry-Auth': authHeader(registry, account) },
    ...(account ? { login: authBody(registry, account) } : {}),
  };
}

/** Names of services may hold capitals, those of images may not. */
function imageName({ repository }: RegistryOptions, { service }: Target): string {
  return `${repository}/${service.name.toLowerCase()}`;
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
    throw registryFailure(registry, error);
  }
  const { body } = await engine.call<{ Id: string }>('GET', `/images/${reference}/json`, { doing });
  if (body.Id !== artifact.digest) throw anotherStore(engine);
  const [repo, tag] = as.split(/:(?=[^:]*$)/);
  await engine.call('POST', `/images/${reference}/tag`, { doing, query: { repo, tag } });
  await engine.call('DELETE', `/images/${reference}`, { doing, query: { noprune: 1 }, accept: [404, 409] });
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
