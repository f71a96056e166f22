import type { DriverContext, Target } from '../../../core/driver.ts';
import { printableLine } from '../../../core/text.ts';
import type { OutputLine } from '../../image/engine/streams.ts';
import type { Host } from '../host.ts';
import { passGate, type Refusal, type Sight } from '../release/gate.ts';
import { listTasks, serviceOutput, type TaskView } from './services.ts';
import { tasksName } from './spec.ts';

export interface Expected {
  /** Of the service. */
  readonly name: string;
  readonly replicas: number;
  /** Ids of tasks that belong to another time. */
  readonly before: ReadonlySet<string>;
}

/** The gate for a service: so many replicas run and are well by their own check, and the proxy gets answers. */
export function passServiceGate(
  { host, target, context }: { readonly host: Host; readonly target: Target; readonly context: DriverContext },
  expected: Expected,
): Promise<void> {
  const { name } = expected;
  const subject = {
    look: async () => sightOf(await listTasks(host.engine, name), expected),
    output: (lines: number) => collect(serviceOutput(host.engine, name, { tail: lines })),
  };
  return passGate({ host, target, name: tasksName(name), subject, context });
}

const ENDED = new Set(['failed', 'rejected', 'complete', 'orphaned']);

/** A task that ended is followed by another one: for the gate once is enough. */
export function sightOf(tasks: readonly TaskView[], { replicas, before }: Expected): Sight {
  const mine = tasks.filter(({ ID }) => !before.has(ID));
  const broken = mine.find(({ Status }) => ENDED.has(Status.State));
  if (broken) return { state: 'refused', refusal: ended(broken) };
  const running = mine.filter(({ Status, DesiredState }) => Status.State === 'running' && DesiredState === 'running');
  if (running.length >= replicas) return { state: 'well' };
  return { state: 'waiting', late: late(mine, { replicas, running: running.length }) };
}

function ended({ Status }: TaskView): Refusal {
  const { ContainerStatus, Err = '' } = Status;
  const code = ContainerStatus?.ExitCode;
  const detail = Err === '' ? [] : [printableLine(Err)];
  if (Status.State === 'rejected')
    return { reason: 'was rejected by a node of the cluster', fix: 'Correct what the node says', detail };
  const how = code === undefined ? '' : ` with exit code ${code}`;
  return { reason: `ended${how} before it was healthy`, fix: 'See its last lines', detail };
}

function late(tasks: readonly TaskView[], { replicas, running }: { replicas: number; running: number }): Refusal {
  const states = tasks.map(({ Status }) => `${Status.State}${Status.Err ? `: ${printableLine(Status.Err)}` : ''}`);
  return {
    reason: `had ${running} of ${replicas} replicas running, which was not healthy in time`,
    fix: 'See what the tasks wait for, and their last lines',
    detail: states.map((state) => `a task is ${state}`),
  };
}

async function collect(lines: AsyncIterable<OutputLine>): Promise<readonly OutputLine[]> {
  const all: OutputLine[] = [];
  for await (const line of lines) all.push(line);
  return all;
}
