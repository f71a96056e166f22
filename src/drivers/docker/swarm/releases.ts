import type { DriverContext, Target } from '../../../core/driver.ts';
import type { Instance } from '../../../core/inspection.ts';
import { printableLine } from '../../../core/text.ts';
import type { Engine } from '../../image/engine/client.ts';
import type { Host } from '../host.ts';
import { containerName, LABEL, targetLabels } from '../names.ts';
import type { PlacedRelease } from '../release/placed-release.ts';
import { passServiceGate } from './gate.ts';
import { listSecrets, removeSecrets, type SecretView } from './secrets.ts';
import {
  findService,
  listServices,
  listTasks,
  nodeNames,
  removeService,
  type ServiceView,
  serviceOutput,
  type TaskView,
  updateService,
} from './services.ts';
import { tasksName } from './spec.ts';

/** Releases that are services of the cluster which the host manages. */
export async function serviceReleases(
  host: Host,
  target: Target,
  shares: ReadonlyMap<string, number>,
): Promise<readonly PlacedRelease[]> {
  const [services, secrets] = await Promise.all([
    listServices(host.engine, { ...targetLabels(target), [LABEL.role]: 'app' }),
    listSecrets(host.engine, target),
  ]);
  const begun = begunReleases(host, target, { services, secrets });
  if (services.length === 0) return begun;
  const nodes = await nodeNames(host.engine);
  const made = services.map(async (service) => {
    const tasks = await listTasks(host.engine, service.Spec.Name);
    return releaseOf(host, target, { service, tasks, nodes, shares });
  });
  return [...begun, ...(await Promise.all(made))];
}

interface Found {
  readonly services: readonly ServiceView[];
  readonly secrets: readonly SecretView[];
}

/** Of which a kill, or a failure, has left no more than the secrets: whoever clears releases away finds these too. */
function begunReleases(host: Host, target: Target, { services, secrets }: Found): readonly PlacedRelease[] {
  const made = new Set(services.map(({ Spec }) => Spec.Labels[LABEL.release]));
  const left = secrets.filter(({ Spec }) => !made.has(Spec.Labels[LABEL.release]));
  const firsts = new Map(left.toReversed().map((one) => [one.Spec.Labels[LABEL.release] ?? '', one]));
  return [...firsts].map(([release, { Spec, CreatedAt }]) => ({
    release,
    version_id: Spec.Labels[LABEL.version] ?? '',
    created: Date.parse(CreatedAt),
    addresses: [`${tasksName(containerName(target, release))}:${host.options.port}`],
    percent: 0,
    instances: [],
    wake: async () => {},
    rest: async () => {},
    remove: () => removeSecrets(host.engine, target, release),
    sources: [],
  }));
}

interface Seen {
  readonly service: ServiceView;
  readonly tasks: readonly TaskView[];
  readonly nodes: ReadonlyMap<string, string>;
  readonly shares: ReadonlyMap<string, number>;
}

function releaseOf(host: Host, target: Target, seen: Seen): PlacedRelease {
  const { Spec, CreatedAt } = seen.service;
  const address = `${tasksName(Spec.Name)}:${Spec.Labels[LABEL.port] ?? ''}`;
  const percent = seen.shares.get(address) ?? 0;
  const release = Spec.Labels[LABEL.release] ?? '';
  return {
    release,
    version_id: Spec.Labels[LABEL.version] ?? '',
    created: Date.parse(CreatedAt),
    addresses: [address],
    percent,
    instances: instancesOf(seen, percent),
    wake: (context) => wake(host, target, seen, context),
    rest: () => updateService(host.engine, seen.service, { Mode: { Replicated: { Replicas: 0 } } }),
    remove: async () => {
      await removeService(host.engine, Spec.Name);
      await removeSecrets(host.engine, target, release);
    },
    sources: [
      { name: Spec.Name, of: 'cluster', release, output: (query) => serviceOutput(host.engine, Spec.Name, query) },
    ],
  };
}

/** How many it has when it is awake. */
function wantedOf({ Spec }: ServiceView): number {
  return Number(Spec.Labels[LABEL.replicas] ?? 1);
}

/** The cluster itself starts what ends; only a service that was laid to rest needs more than to be waited for. */
async function wake(host: Host, target: Target, { service, tasks }: Seen, context: DriverContext): Promise<void> {
  const replicas = wantedOf(service);
  const { Name } = service.Spec;
  if (service.Spec.Mode.Replicated?.Replicas === replicas) return;
  context.log(`starting ${Name} again`, 'info');
  await updateService(host.engine, service, { Mode: { Replicated: { Replicas: replicas } } });
  const before = new Set(tasks.map(({ ID }) => ID));
  await passServiceGate({ host, target, context }, { name: Name, replicas, before });
}

/** Removes all services of a target, and then their secrets. */
export async function clearCluster(engine: Engine, target: Target): Promise<void> {
  const services = await listServices(engine, targetLabels(target));
  await Promise.all(services.map(({ ID }) => removeService(engine, ID)));
  await removeSecrets(engine, target);
}

/** Only a service with this mark has passed its gate. */
export async function markGated(host: Host, name: string): Promise<void> {
  const service = await findService(host.engine, name);
  if (service && service.Spec.Labels[LABEL.gated] === undefined)
    await updateService(host.engine, service, { Labels: { ...service.Spec.Labels, [LABEL.gated]: '1' } });
}

export function isGated({ Spec }: ServiceView): boolean {
  return Spec.Labels[LABEL.gated] === '1';
}

/** The newest task of each replica. */
function instancesOf({ service, tasks, nodes }: Seen, percent: number): readonly Instance[] {
  const slots = new Map<number, TaskView[]>();
  for (const task of tasks) slots.set(task.Slot ?? 0, [...(slots.get(task.Slot ?? 0) ?? []), task]);
  return [...slots]
    .sort(([one], [other]) => one - other)
    .flatMap(([slot, [newest, ...older]]) => {
      if (!newest) return [];
      const { State, Timestamp, Err } = newest.Status;
      const host = nodes.get(newest.NodeID ?? '');
      const detail = Err ? printableLine(Err) : undefined;
      const instance: Instance = {
        name: `${service.Spec.Name}.${slot}`,
        ...(host ? { host } : {}),
        state: stateOf(service, newest),
        percent,
        restarts: older.length,
        ...(State === 'running' ? { started_at: Timestamp } : {}),
        ...(detail ? { detail } : {}),
      };
      return [instance];
    });
}

const COMING = new Set(['new', 'pending', 'assigned', 'accepted', 'ready', 'preparing', 'starting']);

function stateOf(service: ServiceView, { Status, DesiredState }: TaskView): Instance['state'] {
  if (Status.State === 'running') return isGated(service) ? 'running' : 'starting';
  if (COMING.has(Status.State)) return 'starting';
  return DesiredState === 'shutdown' || DesiredState === 'remove' ? 'stopped' : 'failed';
}
