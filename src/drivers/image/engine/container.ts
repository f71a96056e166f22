import type { JsonObject } from '../../../core/json.ts';
import { type Engine, offers } from './client.ts';
import { frameLines, type OutputLine } from './streams.ts';

/** What the driver reads of a container. */
export interface ContainerView {
  readonly Id: string;
  /** With a slash before it. */
  readonly Name: string;
  readonly Created: string;
  readonly Image: string;
  readonly RestartCount: number;
  readonly State: {
    readonly Status: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
    readonly Running: boolean;
    readonly ExitCode: number;
    readonly OOMKilled: boolean;
    readonly StartedAt: string;
    readonly FinishedAt: string;
    readonly Error: string;
    readonly Health?: {
      readonly Status: 'none' | 'starting' | 'healthy' | 'unhealthy';
      readonly Log: readonly { readonly ExitCode: number; readonly Output: string }[] | null;
    };
  };
  readonly Config: {
    readonly Labels: Readonly<Record<string, string>> | null;
    /** Values of variables, secret ones too. */
    readonly Env?: readonly string[] | null;
  };
  readonly HostConfig: {
    readonly RestartPolicy: { readonly Name: string };
    readonly PortBindings: Readonly<Record<string, readonly { readonly HostPort: string }[]>> | null;
  };
}

export async function findContainer(engine: Engine, name: string): Promise<ContainerView | undefined> {
  const request = { doing: `look at the container ${name}`, accept: [404] };
  const { status, body } = await engine.call<ContainerView>('GET', `/containers/${name}/json`, request);
  return status === 404 ? undefined : body;
}

/** All with these labels, running or not, the oldest first. */
export async function listContainers(
  engine: Engine,
  labels: Readonly<Record<string, string>>,
): Promise<readonly ContainerView[]> {
  const label = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const query = { all: 1, filters: JSON.stringify({ label }) };
  const { body } = await engine.call<{ Id: string }[]>('GET', '/containers/json', { doing: 'list containers', query });
  const found = await Promise.all(body.map(({ Id }) => findContainer(engine, Id)));
  return found
    .filter((container) => container !== undefined)
    .sort((one, other) => Date.parse(one.Created) - Date.parse(other.Created));
}

/** The id of the container, or `taken` when there is one of this name. */
export async function createContainer(engine: Engine, name: string, body: JsonObject): Promise<string | 'taken'> {
  const request = { doing: `create the container ${name}`, query: { name }, body, accept: [409] };
  const answer = await engine.call<{ Id: string }>('POST', '/containers/create', request);
  return answer.status === 409 ? 'taken' : answer.body.Id;
}

/** One that runs already is no failure. */
export async function startContainer(engine: Engine, name: string): Promise<void> {
  await engine.call('POST', `/containers/${name}/start`, { doing: `start the container ${name}` });
}

/** From the stop signal to SIGKILL `grace` ms; one that is gone or stopped is no failure. */
export async function stopContainer(engine: Engine, name: string, grace: number): Promise<void> {
  const query = { t: Math.ceil(grace / 1_000) };
  const request = { doing: `stop the container ${name}`, query, accept: [404], timeout: grace + 15_000 };
  await engine.call('POST', `/containers/${name}/stop`, request);
}

/** With its nameless volumes, whether it runs or not; one that is gone is no failure. */
export async function removeContainer(engine: Engine, name: string): Promise<void> {
  const request = { doing: `remove the container ${name}`, query: { force: 1, v: 1 }, accept: [404, 409] };
  await engine.call('DELETE', `/containers/${name}`, request);
}

/** Stops all at the same time, and removes them. */
export async function removeStopped(engine: Engine, names: readonly string[], grace: number): Promise<void> {
  await Promise.all(
    names.map(async (name) => {
      await stopContainer(engine, name, grace);
      await removeContainer(engine, name);
    }),
  );
}

export async function setRestartPolicy(engine: Engine, name: string, policy: 'no' | 'unless-stopped'): Promise<void> {
  const body = { RestartPolicy: { Name: policy } };
  await engine.call('POST', `/containers/${name}/update`, { doing: `set the restart policy of ${name}`, body });
}

interface MemoryStats {
  readonly usage?: number;
  readonly stats?: { readonly inactive_file?: number; readonly total_inactive_file?: number };
}

/** What containers that run use now, in bytes by id, without files that could be dropped. Engines before API 1.41 would take seconds. */
export async function memoryInUse(
  engine: Engine,
  containers: readonly ContainerView[],
): Promise<ReadonlyMap<string, number>> {
  if (!offers(engine, '1.41')) return new Map();
  const running = containers.filter(({ State }) => State.Running);
  const found = await Promise.all(
    running.map(async ({ Id }) => {
      const request = { doing: 'measure a container', query: { stream: 0, 'one-shot': 1 }, accept: [404, 409] };
      const { body } = await engine.call<{ memory_stats?: MemoryStats }>('GET', `/containers/${Id}/stats`, request);
      const { usage, stats } = body.memory_stats ?? {};
      const idle = stats?.inactive_file ?? stats?.total_inactive_file ?? 0;
      return usage === undefined ? [] : [[Id, Math.max(0, usage - idle)] as const];
    }),
  );
  return new Map(found.flat());
}

/** Its last lines, both streams in the order they came. */
export async function lastOutput(engine: Engine, name: string, tail: number): Promise<readonly OutputLine[]> {
  const query = { stdout: 1, stderr: 1, tail };
  const body = await engine.stream('GET', `/containers/${name}/logs`, { doing: `read the log of ${name}`, query });
  const lines: OutputLine[] = [];
  for await (const line of frameLines(body)) lines.push(line);
  return lines;
}

/** How often a container is asked for its health before it was well once: engines from 25 on have a word for it. */
export function healthTiming(engine: Engine, patience: number): JsonObject {
  const [second, quick] = [1_000_000_000, 250_000_000];
  const retries = Math.max(3, Math.ceil(patience / 1_000));
  if (!offers(engine, '1.44')) return { Interval: second, Retries: retries };
  return { Interval: 10 * second, StartPeriod: patience * 1_000_000, StartInterval: quick, Retries: 3 };
}
