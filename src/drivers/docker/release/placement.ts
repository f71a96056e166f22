import type { DriverContext, Placed, PlaceRequest, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Engine } from '../engine/client.ts';
import {
  createContainer,
  findContainer,
  removeContainer,
  removeStopped,
  setRestartPolicy,
  startContainer,
} from '../engine/container.ts';
import { type Host, openHost, openHostAnyway, urlOf } from '../host.ts';
import { LABEL, releaseOf, replicaNames } from '../names.ts';
import { ensureProxy } from '../proxy/container.ts';
import { ensureRoute } from '../proxy/routes.ts';
import { containerBody, type ImageHealth } from './create.ts';
import { passGate } from './gate.ts';
import { together } from './together.ts';

/** How long it may take to clear away a release that did not become healthy, also when the run was cancelled. */
const DISCARD_LIMIT = 60_000;

/** Creates the containers of a release beside those that run, and waits until all are healthy; they have no traffic yet. */
export async function placeRelease(target: Target, request: PlaceRequest, context: DriverContext): Promise<Placed> {
  const host = await openHost(target, context);
  await ensureProxy(host, context);
  await ensureRoute(host, target);
  const release = releaseOf(target, context.idempotencyKey);
  const names = replicaNames(target, release, host.options.replicas);
  const found = await Promise.all(names.map((name) => existing(host, name, release)));
  const missing = names.flatMap((name, index) => (found[index] === 'absent' ? [{ name, replica: index + 1 }] : []));
  if (missing.length > 0) await makeAll(host, target, request, { release, names, missing, context });
  return placed(host, release, names[0] ?? '');
}

/** An earlier attempt may have got anywhere; what it left half done is cleared away. */
async function existing({ engine }: Host, name: string, release: string): Promise<'ready' | 'absent'> {
  const found = await findContainer(engine, name);
  if (!found) return 'absent';
  if (found.Config.Labels?.[LABEL.release] !== release) throw taken(name);
  if (found.State.Running && isGated(found)) return 'ready';
  await removeContainer(engine, name);
  return 'absent';
}

/** Only one that has passed its gate is started again when it ends. */
export function isGated({
  HostConfig,
}: {
  readonly HostConfig: { readonly RestartPolicy: { readonly Name: string } };
}) {
  return HostConfig.RestartPolicy.Name === 'unless-stopped';
}

interface Making {
  readonly release: string;
  /** Of all its containers. */
  readonly names: readonly string[];
  readonly missing: readonly { readonly name: string; readonly replica: number }[];
  readonly context: DriverContext;
}

/** When one does not become ready the whole release is taken away again, whatever the reason. */
async function makeAll(host: Host, target: Target, request: PlaceRequest, making: Making): Promise<void> {
  const { release, names, missing, context } = making;
  const image = await findImage(host, target, request.artifact.digest);
  const made = missing.map(({ name }) => name);
  try {
    await together(missing, context, async ({ name, replica }, within) => {
      const body = containerBody(host, target, request, { release, replica, image });
      if ((await createContainer(host.engine, name, body)) === 'taken') throw taken(name);
      await startContainer(host.engine, name);
      await passGate({ host, target, name, context: within });
    });
    await keepAll(host, target, made, context);
  } catch (error) {
    await discard(target, { release, names }, context);
    throw error;
  }
}

/** One that was well may have ended while others were waited for; the gate says how. */
async function keepAll(host: Host, target: Target, names: readonly string[], context: DriverContext): Promise<void> {
  for (const name of names.length > 1 ? names : []) {
    const view = await findContainer(host.engine, name);
    if (!view?.State.Running) await passGate({ host, target, name, context });
  }
  await Promise.all(names.map((name) => setRestartPolicy(host.engine, name, 'unless-stopped')));
}

async function findImage({ engine }: Host, target: Target, digest: string): Promise<ImageHealth> {
  const doing = `look at the image ${digest}`;
  const image = await engine.call<ImageHealth>('GET', `/images/${digest}/json`, { doing, accept: [404] });
  if (image.status === 404) throw noImage(engine, target, digest);
  return image.body;
}

/** What bears one of its names and is of somebody else stays. */
async function discard(
  target: Target,
  { release, names }: Pick<Making, 'release' | 'names'>,
  context: DriverContext,
): Promise<void> {
  const { engine, options } = await openHostAnyway(target, context, DISCARD_LIMIT);
  const views = await Promise.all(names.map((name) => findContainer(engine, name)));
  const mine = names.filter((_, index) => views[index]?.Config.Labels?.[LABEL.release] === release);
  await removeStopped(engine, mine, options.stop_timeout);
}

/** Puts containers of a release that was laid to rest on their feet again. */
export async function wakeReplicas(
  host: Host,
  target: Target,
  names: readonly string[],
  context: DriverContext,
): Promise<void> {
  await together(names, context, async (name, within) => {
    context.log(`starting ${name} again`, 'info');
    await startContainer(host.engine, name);
    await passGate({ host, target, name, context: within });
  });
}

function placed(host: Host, release: string, name: string): Placed {
  const url = urlOf(host);
  const inner = host.options.worker ? {} : { internal_url: `http://${name}:${host.options.port}` };
  return { ref: release, ...(url ? { url } : {}), ...inner };
}

function taken(name: string): DeployerError {
  return new DeployerError({
    code: 'PROJECT_NAME_TAKEN',
    stage: 'deploy',
    reason: `The container ${name} belongs to somebody else`,
    fix: 'Rename or remove it, and deploy again',
  });
}

function noImage({ endpoint }: Engine, { service }: Target, digest: string): DeployerError {
  return new DeployerError({
    code: 'NOT_FOUND',
    stage: 'deploy',
    reason: `The engine at ${endpoint.text} does not have the image ${digest} of ${service.name}`,
    fix: 'It was removed there, or built for another engine: change a file of the service and deploy again',
  });
}
