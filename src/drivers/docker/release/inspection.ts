import type { DriverContext, InspectedRelease, Inspection, Target } from '../../../core/driver.ts';
import { type ContainerView, listContainers } from '../engine/container.ts';
import { type Host, openHost, urlOf } from '../host.ts';
import { LABEL, routeName, targetLabels } from '../names.ts';
import { readSlots, type SlotState, sharesOf } from '../proxy/slots.ts';
import { isGated } from './placement.ts';

/** The containers of one release, in the order of their numbers, and their share by the slots. */
export interface ReleaseView {
  readonly release: string;
  readonly replicas: readonly [ReplicaView, ...ReplicaView[]];
  readonly percent: number;
}

export interface ReplicaView {
  readonly release: string;
  readonly name: string;
  /** As it stands in slots. */
  readonly address: string;
  readonly percent: number;
  readonly container: ContainerView;
}

export interface TargetView {
  readonly slots: SlotState | undefined;
  /** The oldest first. */
  readonly releases: readonly ReleaseView[];
}

/** What the host has of a target, by labels and slots: never by what we remember. */
export async function viewTarget(host: Host, target: Target): Promise<TargetView> {
  const [containers, slots] = await Promise.all([
    listContainers(host.engine, { ...targetLabels(target), [LABEL.role]: 'app' }),
    readSlots(host, routeName(target)),
  ]);
  const shares = sharesOf(slots?.slots ?? []);
  return { slots, releases: grouped(containers.map((container) => replicaOf(container, shares))) };
}

function replicaOf(container: ContainerView, shares: ReadonlyMap<string, number>): ReplicaView {
  const name = container.Name.slice(1);
  const address = `${name}:${container.Config.Labels?.[LABEL.port] ?? ''}`;
  const release = container.Config.Labels?.[LABEL.release] ?? '';
  return { release, name, address, percent: shares.get(address) ?? 0, container };
}

function grouped(replicas: readonly ReplicaView[]): readonly ReleaseView[] {
  const releases = new Map<string, [ReplicaView, ...ReplicaView[]]>();
  for (const replica of replicas) {
    const known = releases.get(replica.release);
    if (known) known.push(replica);
    else releases.set(replica.release, [replica]);
  }
  return [...releases].map(([release, its]) => ({
    release,
    replicas: its.sort((one, other) => numberOf(one) - numberOf(other)),
    percent: its.reduce((sum, { percent }) => sum + percent, 0),
  }));
}

/** Those that older versions made have none. */
function numberOf({ container }: ReplicaView): number {
  return Number(container.Config.Labels?.[LABEL.replica] ?? 1);
}

export async function inspectTarget(target: Target, context: DriverContext): Promise<Inspection> {
  const host = await openHost(target, context);
  const { slots, releases } = await viewTarget(host, target);
  if (!slots && releases.length === 0) return { state: 'absent', releases: [] };
  const url = urlOf(host);
  return {
    state: 'present',
    ...(url ? { url } : {}),
    releases: releases.map((release) => inspected(release, host)),
  };
}

function inspected({ release, percent, replicas }: ReleaseView, host: Host): InspectedRelease {
  const [{ address, container: first }] = replicas;
  const url = percent > 0 ? urlOf(host) : undefined;
  const containers = replicas.map(({ container }) => container);
  const started = containers.flatMap(({ State }) => (State.Running ? [State.StartedAt] : [])).sort()[0];
  const detail = worstDetail(replicas);
  return {
    ref: release,
    version_id: first.Config.Labels?.[LABEL.version] ?? '',
    state: WORST_FIRST.find((state) => containers.some((one) => stateOf(one) === state)) ?? 'failed',
    percent,
    restarts: containers.reduce((sum, { RestartCount }) => sum + RestartCount, 0),
    ...(url ? { url } : {}),
    ...(host.options.worker ? {} : { internal_url: `http://${address}` }),
    ...(started ? { started_at: started } : {}),
    ...(detail ? { detail } : {}),
  };
}

const WORST_FIRST: readonly InspectedRelease['state'][] = ['failed', 'stopped', 'starting', 'running'];

/** Of several, which one it is about. */
function worstDetail(replicas: readonly ReplicaView[]): string | undefined {
  const details = replicas.flatMap(({ name, container }) => {
    const detail = detailOf(container);
    return detail === undefined ? [] : [replicas.length > 1 ? `${name} ${detail}` : detail];
  });
  return details.length > 0 ? details.join('; ') : undefined;
}

function stateOf(container: ContainerView): InspectedRelease['state'] {
  const { Status, Running, Health } = container.State;
  if (Status === 'created') return 'starting';
  if (Status === 'restarting' || Status === 'dead' || Health?.Status === 'unhealthy') return 'failed';
  if (Running) return isGated(container) ? 'running' : 'starting';
  return isGated(container) ? 'stopped' : 'failed';
}

function detailOf({ State }: ContainerView): string | undefined {
  if (State.OOMKilled) return 'ran out of memory';
  if (State.Health?.Status === 'unhealthy') return 'its health check says that it is unhealthy';
  if (State.Status === 'restarting' || State.Status === 'exited') return `ended with exit code ${State.ExitCode}`;
  return State.Status === 'paused' ? 'is paused' : undefined;
}
