import { hasCode } from '../../../aws/failure.ts';
import type { Artifact } from '../../../core/artifact.ts';
import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { Secret, type Variables } from '../../../core/secret.ts';
import { buildIn, imageTag, readLocation, repositoryOf } from '../../image/build/image.ts';
import { type Engine, openEngine } from '../../image/engine/client.ts';
import { copyImage, type FoundImage, findImage, type RegistryAccess } from '../../image/registry/copy.ts';
import { pushImage, type Registry } from '../../image/registry/push.ts';
import { type Account, openAccount } from '../account.ts';
import { ownTags } from '../names.ts';
import type { ContainerOptions } from '../options/container.ts';
import { openSite, type Site } from './places.ts';

const FIXES = {
  account: 'Try again: the token of ECR is valid for 12 hours',
  rights: 'Add the rights of ECR that "deployer aws policy --kind container" prints',
  name: 'Let the container engine reach it: look at its proxy settings',
} as const;

/** Builds the image, once, and puts it where the target's tasks pull from. */
export async function buildTarget(target: Target, variables: Variables, context: DriverContext): Promise<Artifact> {
  const site = await openSite(target, context);
  const engine = await openEngine(site.options.builder, context);
  const making = { engine, repository: repositoryOf(target), labels: labelsOf(target) };
  const artifact = await buildIn(making, target, variables, context);
  const reference = await push(site, engine, artifact);
  return { ...artifact, location: `${artifact.location} and ${reference}` };
}

/** Not those of the environment: all of them share the image. */
function labelsOf(target: Target): Record<string, string> {
  const [project, , service] = Object.entries(ownTags(target));
  return Object.fromEntries([project, service].flatMap((tag) => (tag ? [tag] : [])));
}

/** The artifact by its digest in the target's own repository; brought there where it is not. */
export async function bringImage(site: Site, artifact: Artifact): Promise<string> {
  const { published } = readLocation(artifact);
  const { uri, name } = site.places.repository;
  const [, digest = ''] = published?.split('@') ?? [];
  if (published?.startsWith(`${uri}@`)) return published;
  if (digest !== '' && (await digestOf(site, { imageDigest: digest }))) return `${uri}@${digest}`;
  if (published !== undefined && (await copied(site, published, artifact))) return `${uri}@${digest}`;
  const engine = await engineWith(site, artifact);
  if (!engine) throw nowhere(site, published, name);
  return push(site, engine, artifact);
}

/** From the repository it was pushed to first. Where that does not let us read, an engine may still have it. */
async function copied(site: Site, published: string, artifact: Artifact): Promise<boolean> {
  const { context, places } = site;
  const image = await readable(site, published);
  if (!image) return false;
  const own = await accessTo(site, places.repository.uri);
  context.log(`copying ${published.split('@')[0]} to ${places.repository.uri}`);
  await copyImage(image, own, tagOf(artifact), context);
  return true;
}

async function readable(site: Site, published: string): Promise<FoundImage | undefined> {
  const { context } = site;
  const [uri = '', digest = ''] = published.split('@');
  try {
    return await findImage(await accessTo(site, uri), digest, context);
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof DeployerError && REFUSALS.includes(error.code)) return undefined;
    throw error;
  }
}

const REFUSALS = ['AUTH_FAILED', 'INSUFFICIENT_PERMISSIONS', 'NOT_FOUND'];

async function engineWith({ options, context }: Site, artifact: Artifact): Promise<Engine | undefined> {
  for (const name of new Set([readLocation(artifact).engine, options.builder])) {
    const engine = await openEngine(name, context).catch(() => undefined);
    if (!engine) continue;
    const request = { doing: 'look for the image', accept: [404] };
    if ((await engine.call('GET', `/images/${artifact.digest}/json`, request)).status !== 404) return engine;
  }
  return undefined;
}

/** Tags do not move in the repository: one that is there was pushed by an earlier attempt. */
async function push(site: Site, engine: Engine, artifact: Artifact): Promise<string> {
  const { places, context } = site;
  const { uri } = places.repository;
  const known = await digestOf(site, { imageTag: tagOf(artifact) });
  return known ? `${uri}@${known}` : pushImage(engine, imageTag(artifact), await registryOf(site), context);
}

function tagOf(artifact: Artifact): string {
  return imageTag(artifact).split(':').at(-1) ?? '';
}

async function digestOf(
  { account, places }: Site,
  id: { readonly imageTag: string } | { readonly imageDigest: string },
): Promise<string | undefined> {
  try {
    const request = { repositoryName: places.repository.name, imageIds: [id] };
    return (await (await account.aws.ecr()).describeImages(request)).imageDetails?.[0]?.imageDigest;
  } catch (error) {
    if (hasCode(error, 'ImageNotFound')) return undefined;
    throw error;
  }
}

async function registryOf({ account, places }: Site): Promise<Registry> {
  const { uri } = places.repository;
  const host = hostOf(uri);
  const { username, password } = await tokenOf(account);
  const auth = JSON.stringify({ username, password: password.reveal(), serveraddress: host });
  const header = Buffer.from(auth).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
  return { name: uri, host, fixes: FIXES, headers: { 'X-Registry-Auth': header } };
}

interface Token {
  readonly username: string;
  readonly password: Secret;
  /** A stand-in of AWS may do without TLS. */
  readonly secure: boolean;
}

/** Goes with each request: neither an engine nor a file of the docker command gets to keep it. */
async function tokenOf({ aws }: Pick<Account, 'aws'>): Promise<Token> {
  const { authorizationData: [data] = [] } = await (await aws.ecr()).getAuthorizationToken({});
  const [username = '', password = ''] = Buffer.from(data?.authorizationToken ?? '', 'base64')
    .toString('utf8')
    .split(/:(.*)/s);
  return { username, password: new Secret(password), secure: !data?.proxyEndpoint?.startsWith('http:') };
}

/** A token opens the registries of all accounts that let us in, in one region. */
async function accessTo({ account, target, context }: Site, uri: string): Promise<RegistryAccess> {
  const [, region = account.region] = /\.dkr\.ecr\.([a-z0-9-]+)\./.exec(hostOf(uri)) ?? [];
  const there = region === account.region ? account : await inRegion(target, context, region);
  const { username, password, secure } = await tokenOf(there);
  const [host, ...path] = uri.split('/');
  return { origin: `${secure ? 'https' : 'http'}://${host}`, name: path.join('/'), username, password, fixes: FIXES };
}

function inRegion(target: Target, context: DriverContext, region: string): Promise<Account<ContainerOptions>> {
  const { service } = target;
  return openAccount<ContainerOptions>(
    { ...target, service: { ...service, options: { ...service.options, region } } },
    context,
  );
}

function hostOf(uri: string): string {
  return uri.split('/', 1)[0] ?? '';
}

function nowhere({ target, places }: Site, published: string | undefined, name: string): DeployerError {
  return new DeployerError({
    code: 'NOT_FOUND',
    stage: 'deploy',
    reason: `The image of ${target.service.name} is neither in ${name} nor in an engine of this machine, and ${published ?? 'no other repository'} does not give it to account ${places.account}`,
    fix: `Set aws.readers: ["${places.account}"] where it was built and deploy there, or change a file of the service and deploy here`,
  });
}
