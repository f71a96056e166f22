import type { JsonObject } from '../../../core/json.ts';
import type { Engine } from '../../image/engine/client.ts';
import { frameLines, type OutputLine } from '../../image/engine/streams.ts';

/** What the driver reads of a service of a cluster. */
export interface ServiceView {
  readonly ID: string;
  readonly Version: { readonly Index: number };
  readonly CreatedAt: string;
  readonly Spec: {
    readonly Name: string;
    readonly Labels: Readonly<Record<string, string>>;
    readonly TaskTemplate: { readonly ContainerSpec: { readonly Image: string } };
    readonly Mode: { readonly Replicated?: { readonly Replicas: number } };
  };
  readonly UpdateStatus?: { readonly State?: string; readonly Message?: string };
}

/** One attempt to run one replica. */
export interface TaskView {
  readonly ID: string;
  readonly ServiceID: string;
  readonly NodeID?: string;
  readonly Slot?: number;
  readonly CreatedAt: string;
  readonly DesiredState: string;
  readonly Status: {
    readonly Timestamp: string;
    readonly State: string;
    readonly Err?: string;
    readonly ContainerStatus?: { readonly ContainerID?: string; readonly ExitCode?: number };
  };
}

/** All with these labels, the oldest first. */
export async function listServices(
  engine: Engine,
  labels: Readonly<Record<string, string>>,
): Promise<readonly ServiceView[]> {
  const label = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const query = { filters: JSON.stringify({ label }) };
  const { body } = await engine.call<ServiceView[]>('GET', '/services', { doing: 'list services', query });
  return body.toSorted((one, other) => Date.parse(one.CreatedAt) - Date.parse(other.CreatedAt));
}

export async function findService(engine: Engine, name: string): Promise<ServiceView | undefined> {
  const request = { doing: `look at the service ${name}`, accept: [404] };
  const { status, body } = await engine.call<ServiceView>('GET', `/services/${name}`, request);
  return status === 404 ? undefined : body;
}

/** `taken` when there is one of this name. */
export async function createService(
  engine: Engine,
  spec: JsonObject & { readonly Name: string },
  headers: Readonly<Record<string, string>>,
): Promise<'created' | 'taken'> {
  const request = { doing: `create the service ${spec.Name}`, body: spec, accept: [409], headers };
  const { status } = await engine.call('POST', '/services/create', request);
  return status === 409 ? 'taken' : 'created';
}

/** Lays other values over what a service is; refused by the cluster when somebody changed it meanwhile. */
export async function updateService(engine: Engine, { ID, Version, Spec }: ServiceView, over: JsonObject) {
  await engine.call('POST', `/services/${ID}/update`, {
    doing: `update the service ${Spec.Name}`,
    query: { version: Version.Index },
    body: { ...(Spec as unknown as JsonObject), ...over },
  });
}

/** How often is looked whether tasks have ended, and how long at most; ms. */
const [LOOK_EVERY, PATIENCE] = [200, 60_000];

/** Returns when its tasks have ended, and their containers of this host are gone. One that is gone is no failure. */
export async function removeService(engine: Engine, name: string): Promise<void> {
  const service = await findService(engine, name);
  if (!service) return;
  const doing = `remove the service ${name}`;
  await engine.call('DELETE', `/services/${service.ID}`, { doing, accept: [404] });
  const query = { all: 1, filters: JSON.stringify({ label: [`com.docker.swarm.service.id=${service.ID}`] }) };
  const { clock, signal } = engine.context;
  for (const end = clock.monotonic() + PATIENCE; clock.monotonic() < end; await clock.sleep(LOOK_EVERY, signal)) {
    const { body: tasks } = await engine.call<TaskView[]>('GET', '/tasks', { doing });
    const { body: containers } = await engine.call<unknown[]>('GET', '/containers/json', { doing, query });
    if (containers.length === 0 && !tasks.some(({ ServiceID }) => ServiceID === service.ID)) return;
  }
}

/** The newest of each replica first. */
export async function listTasks(engine: Engine, service: string): Promise<readonly TaskView[]> {
  const query = { filters: JSON.stringify({ service: [service] }) };
  const { body } = await engine.call<TaskView[]>('GET', '/tasks', { doing: `look at the tasks of ${service}`, query });
  return body.toSorted((one, other) => Date.parse(other.CreatedAt) - Date.parse(one.CreatedAt));
}

/** Lines of all replicas, wherever they run. */
export async function* serviceOutput(
  engine: Engine,
  name: string,
  query: Readonly<Record<string, string | number>>,
): AsyncGenerator<OutputLine> {
  const request = { doing: `read the log of ${name}`, query: { stdout: 1, stderr: 1, ...query } };
  yield* frameLines(await engine.stream('GET', `/services/${name}/logs`, request));
}

/** Host names of the nodes by their id. */
export async function nodeNames(engine: Engine): Promise<ReadonlyMap<string, string>> {
  const { body } = await engine.call<{ ID: string; Description: { Hostname: string } }[]>('GET', '/nodes', {
    doing: 'list the nodes of the cluster',
  });
  return new Map(body.map(({ ID, Description }) => [ID, Description.Hostname]));
}
