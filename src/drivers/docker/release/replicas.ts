import type { DriverContext, PlaceRequest, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import {
  createContainer,
  findContainer,
  removeContainer,
  setRestartPolicy,
  startContainer,
} from '../../image/engine/container.ts';
import type { Host } from '../host.ts';
import { LABEL } from '../names.ts';
import { passContainerGate } from './container-gate.ts';
import { containerBody, type ImageHealth } from './create.ts';
import { requireImage } from './image-transfer.ts';
import { together } from './together.ts';
import { ensureVolumes } from './volumes.ts';

/** Containers that are made at the same time on a host: each start costs it something. */
const AT_ONCE = 5;

export interface Making {
  readonly release: string;
  /** Of all its containers. */
  readonly names: readonly string[];
  readonly context: DriverContext;
  /** Called before anything is made. */
  onTouch(): void;
}

/** Makes sure that one host has all containers of a release, healthy and kept running. */
export async function placeReplicas(host: Host, target: Target, request: PlaceRequest, making: Making): Promise<void> {
  const { names, release } = making;
  const found = await Promise.all(names.map((name) => existing(host, name, release)));
  const missing = names.flatMap((name, index) => (found[index] === 'absent' ? [{ name, replica: index + 1 }] : []));
  if (missing.length > 0) await makeAll(host, target, request, { ...making, missing });
}

/** Makes the one container of a release, and does not start it; one that an earlier attempt started stays as it is. */
export async function createReplica(
  host: Host,
  target: Target,
  request: PlaceRequest,
  { release, name }: { readonly release: string; readonly name: string },
): Promise<void> {
  if ((await existing(host, name, release)) === 'ready') return;
  const image = await requireImage<ImageHealth>(host, target, request.artifact.digest);
  await ensureVolumes(host, target);
  const body = containerBody(host, target, request, { release, replica: 1, image });
  if ((await createContainer(host.engine, name, body)) === 'taken') throw taken(name);
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

async function makeAll(
  host: Host,
  target: Target,
  request: PlaceRequest,
  making: Making & { readonly missing: readonly { readonly name: string; readonly replica: number }[] },
): Promise<void> {
  const { release, missing, context, onTouch } = making;
  const image = await requireImage<ImageHealth>(host, target, request.artifact.digest);
  onTouch();
  await ensureVolumes(host, target);
  await together(missing, { context, atOnce: AT_ONCE }, async ({ name, replica }, within) => {
    const body = containerBody(host, target, request, { release, replica, image });
    if ((await createContainer(host.engine, name, body)) === 'taken') throw taken(name);
    await startContainer(host.engine, name);
    await passContainerGate({ host, target, name, context: within });
  });
  const made = missing.map(({ name }) => name);
  await keepAll(host, target, made, context);
}

/** One that was well may have ended while others were waited for; the gate says how. */
async function keepAll(host: Host, target: Target, names: readonly string[], context: DriverContext): Promise<void> {
  for (const name of names.length > 1 ? names : []) {
    const view = await findContainer(host.engine, name);
    if (!view?.State.Running) await passContainerGate({ host, target, name, context });
  }
  await Promise.all(names.map((name) => setRestartPolicy(host.engine, name, 'unless-stopped')));
}

/** Puts containers of a release that was laid to rest on their feet again. */
export async function wakeReplicas(
  host: Host,
  target: Target,
  names: readonly string[],
  context: DriverContext,
): Promise<void> {
  await together(names, { context, atOnce: AT_ONCE }, async (name, within) => {
    context.log(`starting ${name}`, 'info');
    await startContainer(host.engine, name);
    await passContainerGate({ host, target, name, context: within });
    await setRestartPolicy(host.engine, name, 'unless-stopped');
  });
}

function taken(name: string): DeployerError {
  return new DeployerError({
    code: 'PROJECT_NAME_TAKEN',
    stage: 'deploy',
    reason: `The container ${name} belongs to somebody else`,
    fix: 'Rename or remove it, and deploy again',
  });
}
