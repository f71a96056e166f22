import type { Target } from '../../../core/driver.ts';
import type { Instance } from '../../../core/inspection.ts';
import {
  type ContainerView,
  listContainers,
  memoryInUse,
  removeStopped,
  stopContainer,
} from '../../image/engine/container.ts';
import { frameLines } from '../../image/engine/streams.ts';
import type { Host } from '../host.ts';
import { LABEL, targetLabels } from '../names.ts';
import { isKept, KEPT, type LogSource, type PlacedRelease } from './placed-release.ts';
import { isGated, wakeReplicas } from './replicas.ts';

/** Releases whose replicas are containers of the engine itself. */
export async function containerReleases(
  host: Host,
  target: Target,
  shares: ReadonlyMap<string, number>,
): Promise<readonly PlacedRelease[]> {
  const containers = await listContainers(host.engine, { ...targetLabels(target), [LABEL.role]: 'app' });
  const memory = host.engine.context.detailed ? await memoryInUse(host.engine, containers) : new Map();
  return grouped(containers).map((replicas) => releaseOf(host, target, replicas, { shares, memory }));
}

type Replicas = readonly [ContainerView, ...ContainerView[]];

function grouped(containers: readonly ContainerView[]): readonly Replicas[] {
  const releases = new Map<string, [ContainerView, ...ContainerView[]]>();
  for (const container of containers) {
    const known = releases.get(label(container, LABEL.release));
    if (known) known.push(container);
    else releases.set(label(container, LABEL.release), [container]);
  }
  return [...releases.values()].map((replicas) => replicas.sort((one, other) => numberOf(one) - numberOf(other)));
}

/** Those that older versions made have none. */
function numberOf(container: ContainerView): number {
  return Number(label(container, LABEL.replica) || 1);
}

function label({ Config }: ContainerView, name: string): string {
  return Config.Labels?.[name] ?? '';
}

function nameOf({ Name }: ContainerView): string {
  return Name.slice(1);
}

function addressOf(container: ContainerView): string {
  return `${nameOf(container)}:${label(container, LABEL.port)}`;
}

interface Measures {
  /** Percent of the requests by address. */
  readonly shares: ReadonlyMap<string, number>;
  /** Bytes by id. */
  readonly memory: ReadonlyMap<string, number>;
}

function releaseOf(host: Host, target: Target, replicas: Replicas, measures: Measures): PlacedRelease {
  const { shares } = measures;
  const [first] = replicas;
  const addresses = replicas.map(addressOf);
  const names = replicas.map(nameOf);
  const asleep = replicas.filter(({ State }) => !State.Running).map(nameOf);
  return {
    release: label(first, LABEL.release),
    version_id: label(first, LABEL.version),
    created: Math.min(...replicas.map(({ Created }) => Date.parse(Created))),
    addresses,
    percent: addresses.reduce((sum, address) => sum + (shares.get(address) ?? 0), 0),
    instances: replicas.map((replica) => instanceOf(host, replica, measures)),
    wake: (context) => wakeReplicas(host, target, asleep, context),
    rest: async () => {
      await Promise.all(names.map((name) => stopContainer(host.engine, name, host.options.stop_timeout)));
    },
    remove: () => removeStopped(host.engine, names, host.options.stop_timeout),
    sources: replicas.map((replica) => sourceOf(host, replica)),
  };
}

function sourceOf({ engine }: Host, container: ContainerView): LogSource {
  const name = nameOf(container);
  return {
    name,
    of: 'host',
    release: label(container, LABEL.release),
    async *output(query) {
      const all = { stdout: 1, stderr: 1, ...query };
      const request = { doing: `read the log of ${name}`, query: all };
      yield* frameLines(await engine.stream('GET', `/containers/${name}/logs`, request));
    },
  };
}

function instanceOf(host: Host, container: ContainerView, { shares, memory }: Measures): Instance {
  const { Running, StartedAt, Health } = container.State;
  const state = stateOf(container);
  const percent = shares.get(addressOf(container)) ?? 0;
  const detail = isKept({ state, percent }) ? KEPT : detailOf(container);
  const used = memory.get(container.Id);
  return {
    name: nameOf(container),
    host: host.name,
    state,
    percent,
    restarts: container.RestartCount,
    ...(Running ? { started_at: StartedAt } : {}),
    ...(Running && Health && Health.Status !== 'none' ? { health: Health.Status } : {}),
    ...(used === undefined ? {} : { memory_bytes: used }),
    ...(detail ? { detail } : {}),
  };
}

function stateOf(container: ContainerView): Instance['state'] {
  const { Status, Running, Health } = container.State;
  if (Status === 'created') return 'starting';
  if (Status === 'restarting' || Status === 'dead') return 'failed';
  // Of one that is stopped engines say that it is unhealthy.
  if (Running && Health?.Status === 'unhealthy') return 'failed';
  if (Running) return isGated(container) ? 'running' : 'starting';
  return isGated(container) ? 'stopped' : 'failed';
}

function detailOf({ State }: ContainerView): string | undefined {
  if (State.OOMKilled) return 'ran out of memory';
  if (State.Running && State.Health?.Status === 'unhealthy') return 'its health check says that it is unhealthy';
  if (State.Status === 'restarting' || State.Status === 'exited') return `ended with exit code ${State.ExitCode}`;
  return State.Status === 'paused' ? 'is paused' : undefined;
}
