import type { DriverContext, InspectedRelease, Inspection, Target } from '../../../core/driver.ts';
import { type ContainerView, listContainers } from '../engine/container.ts';
import { type Host, openHost, urlOf } from '../host.ts';
import { LABEL, routeName, targetLabels } from '../names.ts';
import { readSlots, type SlotState, sharesOf } from '../proxy/slots.ts';
import { isGated } from './placement.ts';

/** One container of a target, and its share by the slots. */
export interface ReleaseView {
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
  const releases = containers.map((container) => {
    const name = container.Name.slice(1);
    const address = `${name}:${container.Config.Labels?.[LABEL.port] ?? ''}`;
    const release = container.Config.Labels?.[LABEL.release] ?? '';
    return { release, name, address, percent: shares.get(address) ?? 0, container };
  });
  return { slots, releases };
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

function inspected({ release, address, percent, container }: ReleaseView, host: Host): InspectedRelease {
  const { State, RestartCount, Config } = container;
  const url = percent > 0 ? urlOf(host) : undefined;
  const detail = detailOf(container);
  return {
    ref: release,
    version_id: Config.Labels?.[LABEL.version] ?? '',
    state: stateOf(container),
    percent,
    restarts: RestartCount,
    ...(url ? { url } : {}),
    ...(host.options.worker ? {} : { internal_url: `http://${address}` }),
    ...(State.Running ? { started_at: State.StartedAt } : {}),
    ...(detail ? { detail } : {}),
  };
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
