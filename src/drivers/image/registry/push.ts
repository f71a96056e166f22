import type { DriverContext } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Engine } from '../engine/client.ts';
import { type RegistryFixes, registryFailure } from './failure.ts';

/** An image in a registry, by the digest of its manifest: `registry.example.com/shop/api@sha256:…`. */
export type Reference = string;

/** A registry as one target uses it, and who we are there. */
export interface Registry {
  /** Of the service's images, without tag and digest. */
  readonly name: string;
  readonly host: string;
  /** Headers of a call that makes an engine speak with it. */
  readonly headers: Readonly<Record<string, string>>;
  /** What helps where it refuses the account, and where it does not let it do something. */
  readonly fixes: RegistryFixes;
  /** What an engine is asked to log in with; `undefined` without an account. */
  readonly login?: Readonly<Record<string, string>>;
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
    throw registryFailure(registry, error);
  } finally {
    const forget = { doing: `forget the name ${name}:${tag}`, query: { noprune: 1 }, accept: [404, 409] };
    await engine.call('DELETE', `/images/${name}:${tag}`, forget).catch(() => undefined);
  }
  if (digest === undefined) throw noDigest(registry);
  return `${name}@${digest}`;
}

function noDigest({ host, name }: Registry): DeployerError {
  return new DeployerError({
    code: 'DEPLOY_FAILED',
    stage: 'build',
    reason: `The engine pushed ${name}, and did not say what ${host} made of it`,
    fix: 'Deploy again',
  });
}
