import { DeployerError, type Failure } from '../../src/core/errors.ts';
import type { StampedEvent } from '../../src/core/event.ts';
import type { Json } from '../../src/core/json.ts';
import type { Operation, Plan } from '../../src/core/plan.ts';
import type { Interrupts, StopSignal } from '../../src/core/ports.ts';
import { execute } from '../../src/execute/execute.ts';
import type { OperationContext, OperationHandlers } from '../../src/execute/handlers.ts';
import type { Journal } from '../../src/execute/journal.ts';
import type { ExecutionResult } from '../../src/execute/result.ts';
import type { ExecutionRequest } from '../../src/execute/run.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Stop signals raised by the test. */
export class ManualInterrupts implements Interrupts {
  readonly #listeners = new Set<(signal: StopSignal, nth: number) => void>();
  #count = 0;

  onInterrupt(listener: (signal: StopSignal, nth: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  raise(signal: StopSignal = 'SIGINT'): void {
    this.#count += 1;
    for (const listener of [...this.#listeners]) listener(signal, this.#count);
  }

  get listening(): number {
    return this.#listeners.size;
  }
}

/** A journal in memory, with the disk of which anything may be wrong. */
export class MemoryJournal implements Journal {
  readonly events: StampedEvent[] = [];
  readonly #refuse: (event: StampedEvent) => boolean;

  constructor(refuse: (event: StampedEvent) => boolean = () => false) {
    this.#refuse = refuse;
  }

  async append(event: StampedEvent): Promise<void> {
    if (this.#refuse(event)) throw new DeployerError(aFailure('IO_FAILED', 'The disk is full'));
    this.events.push(structuredClone(event));
  }

  async close(): Promise<void> {}
}

type Script = (context: OperationContext, clock: VirtualClock) => Promise<Json> | Json;

/** What each step does in a test, by operation id; compensations by their own id. Those left out answer `{ did: id }`. */
export function scripted(
  clock: VirtualClock,
  scripts: Readonly<Record<string, Script>> = {},
  find: OperationHandlers['find'] = async () => 'repeat',
): OperationHandlers {
  const play = async (id: string, context: OperationContext) =>
    Object.hasOwn(scripts, id) ? ((await scripts[id]?.(context, clock)) ?? null) : { did: id };
  return {
    perform: (operation, context) => play(operation.id, context),
    compensate: (compensation, _of, context) => play(compensation.id, context),
    find,
  };
}

export interface Execution {
  readonly clock: VirtualClock;
  readonly interrupts: ManualInterrupts;
  readonly journal: MemoryJournal;
  /** All that was told, the kept and the unkept. */
  readonly told: StampedEvent[];
  run(): Promise<ExecutionResult>;
}

export interface ExecutionSetup extends Partial<ExecutionRequest> {
  readonly scripts?: Readonly<Record<string, Script>>;
  readonly clock?: VirtualClock;
  readonly journal?: MemoryJournal;
}

/** A run with a virtual clock, a journal in memory and scripted handlers; compensation is automatic. */
export function anExecution(plan: Plan, { scripts = {}, ...overrides }: ExecutionSetup = {}): Execution {
  const clock = overrides.clock ?? new VirtualClock();
  const interrupts = new ManualInterrupts();
  const journal = overrides.journal ?? new MemoryJournal();
  const told: StampedEvent[] = [];
  const request: ExecutionRequest = {
    plan,
    runId: 'run_test',
    handlers: scripted(clock, scripts),
    emit: (event) => told.push(event),
    random: () => 0.5,
    concurrency: 4,
    driverLimit: () => 4,
    interrupts,
    compensation: 'automatic',
    ...overrides,
    clock,
    journal,
  };
  return { clock, interrupts, journal, told, run: () => execute(request) };
}

export function aFailure(
  code: Failure['code'],
  reason = `It failed with ${code}`,
  more: Partial<Failure> = {},
): Failure {
  return { code, reason, ...more };
}

/** A script that fails. */
export function failing(code: Failure['code'], more: Partial<Failure> = {}): () => never {
  return () => {
    throw new DeployerError(aFailure(code, `It failed with ${code}`, more));
  };
}

/** A script that takes `ms` and stops when told. */
export function taking(ms: number, answer: Json = null): Script {
  return async (context, clock) => {
    await clock.sleep(ms, context.signal);
    return answer;
  };
}

/** A script that never ends, whatever it is told. */
export function deaf(): Promise<never> {
  return new Promise(() => undefined);
}

/** `type operation` of each event, in order, for reading. */
export function story(events: readonly StampedEvent[]): string[] {
  return events.map((event) => ('operation' in event ? `${event.type} ${event.operation}` : event.type));
}

export function statuses(result: ExecutionResult): Record<string, string> {
  return Object.fromEntries(result.operations.map(({ id, status }) => [id, status]));
}

/** The dependency edges as they were violated, if any: operations that began before what they need had succeeded. */
export function startedTooEarly(events: readonly StampedEvent[], operations: readonly Operation[]): string[] {
  const needs = new Map(operations.map(({ id, depends_on }) => [id, depends_on]));
  const succeeded = new Set<string>();
  const early: string[] = [];
  for (const event of events) {
    if (event.type === 'operation.succeeded') succeeded.add(event.operation);
    if (event.type !== 'operation.started') continue;
    if (needs.get(event.operation)?.some((id) => !succeeded.has(id))) early.push(event.operation);
  }
  return early;
}
