import type { Target } from '../../../core/driver.ts';
import { type ContainerView, listContainers } from '../engine/container.ts';
import type { Host } from '../host.ts';
import { LABEL, routeName, targetLabels } from '../names.ts';
import { readSlots, type SlotState, sharesOf } from '../proxy/slots.ts';

/** The containers of one release on one host, in the order of their numbers, and their share by the slots. */
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

/** What a host has of a target, by labels and slots: never by what we remember. */
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
