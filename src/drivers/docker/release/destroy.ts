import type { Destroyed, DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Engine } from '../../image/engine/client.ts';
import { findContainer, listContainers, removeContainer, removeStopped } from '../../image/engine/container.ts';
import { execute } from '../../image/engine/exec.ts';
import { identityOf } from '../../image/engine/identity.ts';
import { type Host, leftHosts, openReachable, type Unreachable } from '../host.ts';
import { LABEL, targetLabels } from '../names.ts';
import { removeRoute } from '../proxy/routes.ts';
import { clearCluster } from '../swarm/releases.ts';
import { on } from './groups.ts';
import { KEPT_IMAGES, removeImages } from './images.ts';
import { listVolumes, removeVolume } from './volumes.ts';

/**
 * Removes what a target has on its hosts, those of earlier configs included; its volumes only when asked to. A host that does
 * not answer is a failure, once the others are done, unless it is to be left.
 */
export async function destroyTarget(
  target: Target,
  context: DriverContext,
  data: 'keep' | 'remove' = 'keep',
): Promise<Destroyed> {
  const { hosts, left, unreachable } = await openAll(target, context);
  // One after the other, since an earlier host may be one of now by another name.
  for (const some of [hosts, left])
    await Promise.all(
      some.map(async (host) => {
        await clearHost(host, target);
        await clearData(host, target, { data, context });
      }),
    );
  const lost = unreachable.find((one) => !isSilent(one) || !context.leaving?.includes(one.name));
  if (lost) throw on(lost, lost.error);
  for (const { name } of unreachable) context.log(`${name} does not answer: what it has stays there`);
  return { left: unreachable.map(({ name }) => name) };
}

/** Hosts that may have something of a target and do not answer. */
export async function silentPlaces(target: Target, context: DriverContext): Promise<readonly string[]> {
  const { unreachable } = await openAll(target, context);
  return unreachable.filter(isSilent).map(({ name }) => name);
}

/** Those of now, and those of earlier configs. */
async function openAll(target: Target, context: DriverContext) {
  const { hosts, unreachable } = await openReachable(target, context);
  const known = [...hosts, ...unreachable].map(({ name }) => name);
  const left = await openReachable(target, context, leftHosts(target, known));
  return { hosts, left: left.hosts, unreachable: [...unreachable, ...left.unreachable] };
}

/** One that refuses us is there. */
function isSilent({ error: { code } }: Unreachable): boolean {
  return code === 'PLATFORM_UNAVAILABLE' || code === 'TIMEOUT';
}

/**
 * Removes what a target has on one host: containers, route and slots; services of the cluster it manages, unless that is
 * one of `spared`; its images when no environment uses them any more; and with the last route of all, the proxy. What does
 * not carry our labels is never touched.
 */
export async function clearHost(host: Host, target: Target, spared: readonly string[] = []): Promise<void> {
  const { engine, shared, options } = host;
  const { cluster } = await identityOf(engine);
  const proxy = await findContainer(engine, shared.proxy);
  const running = proxy?.State.Running === true;
  const [left] = await Promise.all([
    running ? removeRoute(host, target).catch(ignoreGone) : undefined,
    removeContainers(engine, target, options.stop_timeout),
    cluster !== undefined && !spared.includes(cluster) ? clearCluster(engine, target) : undefined,
  ]);
  await removeImages(engine, target, (await neighbours(engine, target)) > 0 ? KEPT_IMAGES : 0);
  if (left === 0) await removeProxy(host);
}

async function clearData(
  { engine }: Host,
  target: Target,
  { data, context }: { readonly data: 'keep' | 'remove'; readonly context: DriverContext },
): Promise<void> {
  for (const volume of await listVolumes(engine, target)) {
    if (data === 'keep') context.log(`the volume ${volume} stays`, 'info');
    else await removeVolume(engine, volume);
  }
}

/** Somebody else took the proxy away with the last route of all. */
function ignoreGone(error: unknown): undefined {
  if (!(error instanceof DeployerError) || error.code !== 'NOT_FOUND') throw error;
  return undefined;
}

async function removeContainers(engine: Engine, target: Target, grace: number): Promise<void> {
  const containers = await listContainers(engine, targetLabels(target));
  const ids = containers.map(({ Id }) => Id);
  await removeStopped(engine, ids, grace);
}

/** Containers of the same service in other environments. */
async function neighbours(engine: Engine, { project, service }: Target): Promise<number> {
  const labels = { [LABEL.project]: project, [LABEL.service]: service.name };
  return (await listContainers(engine, labels)).length;
}

/** Its certificates stay: authorities give out only so many. */
async function removeProxy(host: Host): Promise<void> {
  const { engine, shared } = host;
  const certificates = ['sh', '-c', 'ls /data/caddy/certificates/*'];
  const { exitCode } = await execute(engine, shared.proxy, certificates);
  await removeContainer(engine, shared.proxy);
  for (const volume of exitCode === 0 ? [shared.config] : [shared.config, shared.data])
    await engine.call('DELETE', `/volumes/${volume}`, { doing: `remove the volume ${volume}`, accept: [404, 409] });
  await removeNetwork(host);
}

/** How often it is tried, and how long; ms. A network of a cluster is in use until all nodes have told of their tasks' end. */
const [TRY_EVERY, PATIENCE] = [250, 10_000];

/** One that others use stays. Of a cluster it goes with the last manager's proxy; until then it is refused with 400. */
async function removeNetwork({ engine, shared, options }: Host): Promise<void> {
  const request = { doing: `remove the network ${shared.network}`, accept: [400, 403, 404, 409] };
  const { clock, signal } = engine.context;
  const end = clock.monotonic() + (options.orchestrator === 'swarm' ? PATIENCE : 0);
  for (;;) {
    const { status } = await engine.call('DELETE', `/networks/${shared.network}`, request);
    if (status === 404 || clock.monotonic() >= end) return;
    await clock.sleep(TRY_EVERY, signal);
  }
}
