import type { DriverContext, Placed, PlaceRequest, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import {
  createContainer,
  findContainer,
  removeContainer,
  setRestartPolicy,
  startContainer,
  stopContainer,
} from '../engine/container.ts';
import { type Host, openHost, openHostAnyway, urlOf } from '../host.ts';
import { containerName, LABEL, releaseOf } from '../names.ts';
import { ensureProxy } from '../proxy/container.ts';
import { ensureRoute } from '../proxy/routes.ts';
import { containerBody, type ImageHealth } from './create.ts';
import { passGate } from './gate.ts';

/** How long it may take to clear away a release that did not become healthy, also when the run was cancelled. */
const DISCARD_LIMIT = 60_000;

/** Creates the container of a release beside those that run, and waits until it is healthy; it has no traffic yet. */
export async function placeRelease(target: Target, request: PlaceRequest, context: DriverContext): Promise<Placed> {
  const host = await openHost(target, context);
  await ensureProxy(host, context);
  await ensureRoute(host, target);
  const release = releaseOf(target, context.idempotencyKey);
  const name = containerName(target, release);
  if ((await existing(host, name, release)) !== 'ready') {
    await create(host, target, request, { release, name });
    await makeReady(host, target, name, context);
  }
  return placed(host, release, name);
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

async function create(
  host: Host,
  target: Target,
  request: PlaceRequest,
  { release, name }: { readonly release: string; readonly name: string },
): Promise<void> {
  const { digest } = request.artifact;
  const doing = `look at the image ${digest}`;
  const image = await host.engine.call<ImageHealth>('GET', `/images/${digest}/json`, { doing, accept: [404] });
  if (image.status === 404) throw noImage(host, target, digest);
  const body = containerBody(host, target, request, { release, image: image.body });
  if ((await createContainer(host.engine, name, body)) === 'taken') throw taken(name);
}

/** A container that does not become ready is taken away again, whatever the reason. */
async function makeReady(host: Host, target: Target, name: string, context: DriverContext): Promise<void> {
  try {
    await startContainer(host.engine, name);
    await passGate({ host, target, name, context });
    await setRestartPolicy(host.engine, name, 'unless-stopped');
  } catch (error) {
    await discard(target, name, context);
    throw error;
  }
}

async function discard(target: Target, name: string, context: DriverContext): Promise<void> {
  const { engine, options } = await openHostAnyway(target, context, DISCARD_LIMIT);
  await stopContainer(engine, name, options.stop_timeout);
  await removeContainer(engine, name);
}

/** Puts a release that was laid to rest on its feet again. */
export async function wakeRelease(host: Host, target: Target, name: string, context: DriverContext): Promise<void> {
  context.log(`starting ${name} again`, 'info');
  await startContainer(host.engine, name);
  await passGate({ host, target, name, context });
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

function noImage({ engine }: Host, { service }: Target, digest: string): DeployerError {
  return new DeployerError({
    code: 'NOT_FOUND',
    stage: 'deploy',
    reason: `The engine at ${engine.endpoint.text} does not have the image ${digest} of ${service.name}`,
    fix: 'It was removed there, or built for another engine: change a file of the service and deploy again',
  });
}
