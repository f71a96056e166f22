import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeployerError } from '../../src/core/errors.ts';
import type { StampedEvent } from '../../src/core/event.ts';
import type { Json } from '../../src/core/json.ts';
import type { Plan } from '../../src/core/plan.ts';
import { execute } from '../../src/execute/execute.ts';
import type { OperationHandlers } from '../../src/execute/handlers.ts';
import { type History, readHistory } from '../../src/execute/history.ts';
import { createJournal, type Journal, reopenJournal } from '../../src/execute/journal.ts';
import type { ExecutionResult } from '../../src/execute/result.ts';
import { ManualInterrupts } from './execution.ts';
import { settle, VirtualClock } from './virtual-clock.ts';

/**
 * A place in a run at which it can be cut off: `before operation.started build:web`, `torn …` (half the line is on
 * disk), `after …`, `call build:web` (before the platform does it), `called build:web` (done, answer lost).
 */
export type CrashPoint = string;

export interface CrashWorld {
  /** Folder that outlives the crash: journal and platform are in it. */
  readonly folder: string;
  readonly plan: Plan;
  /** Operations that fail, for good. */
  readonly failing?: readonly string[];
  readonly crashAt?: CrashPoint;
  /** What the crash does to this process. The default stops everything that belongs to the run. */
  readonly crash?: () => void;
  /** Told every place that the run comes by. */
  readonly onPoint?: (point: CrashPoint) => void;
}

export interface Effect {
  readonly key: string;
  readonly step: string;
}

/** Runs or resumes the plan in the folder; `crashed` when it was cut off. */
export async function runUntilCrash(world: CrashWorld): Promise<ExecutionResult | 'crashed'> {
  const clock = new VirtualClock();
  const { journal, history } = await clock.track(openOrCreate(journalFile(world.folder)));
  const fate = fateOf(world);
  const running = execute({
    plan: world.plan,
    runId: 'run_crash',
    handlers: platform(world, fate),
    journal: crashing(journal, fate, clock, journalFile(world.folder)),
    emit: () => undefined,
    clock,
    random: () => 0.5,
    concurrency: 3,
    driverLimit: () => 1,
    interrupts: new ManualInterrupts(),
    compensation: 'automatic',
    ...(history ? { history } : {}),
  });
  const result = await Promise.race([running, fate.crashed]);
  clock.stop();
  await journal.close();
  return result;
}

export function journalFile(folder: string): string {
  return join(folder, 'runs', 'run_crash', 'events.ndjson');
}

/** All that ever happened at the platform, in order. */
export function effects(folder: string): Effect[] {
  const file = effectsFile(folder);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Effect);
}

async function openOrCreate(file: string): Promise<{ journal: Journal; history?: History }> {
  if (!existsSync(file)) return { journal: await createJournal(file) };
  const { journal, content } = await reopenJournal(file);
  return { journal, history: readHistory(content.events) };
}

/** Decides where the run ends. After that nothing of it moves: every port is a promise that never settles. */
interface Fate {
  readonly crashed: Promise<'crashed'>;
  /**
   * Comes by a place; never resolves when the run is cut off there or was before. `last` is what still happens when it
   * is this place.
   */
  pass(point: CrashPoint, last?: () => Promise<void>): Promise<void>;
}

function fateOf({ crashAt, crash, onPoint }: CrashWorld): Fate {
  let dead = false;
  let tellCrashed: (word: 'crashed') => void = () => undefined;
  const crashed = new Promise<'crashed'>((resolve) => {
    tellCrashed = resolve;
  });
  return { crashed, pass };

  async function pass(point: CrashPoint, last?: () => Promise<void>): Promise<void> {
    if (!dead) onPoint?.(point);
    if (!dead && point === crashAt) {
      dead = true;
      await last?.();
      crash?.();
      tellCrashed('crashed');
    }
    if (dead) await new Promise(() => undefined);
  }
}

function crashing(journal: Journal, fate: Fate, clock: VirtualClock, file: string): Journal {
  let underWay: Promise<unknown> = Promise.resolve();
  return { append, close: () => journal.close() };

  async function append(event: StampedEvent): Promise<void> {
    const name = 'operation' in event ? `${event.type} ${event.operation}` : event.type;
    await fate.pass(`before ${name}`);
    await fate.pass(`torn ${name}`, () => tear(event));
    const appended = clock.track(journal.append(event));
    underWay = Promise.allSettled([underWay, appended]);
    await appended;
    await fate.pass(`after ${name}`);
  }

  /** What is torn is always the last thing in the file. */
  async function tear(event: StampedEvent): Promise<void> {
    await settle();
    await clock.track(underWay);
    const line = JSON.stringify(event);
    appendFileSync(file, line.slice(0, line.length / 2));
  }
}

/** A platform on disk that finds again, by key, what it has done. Checks have no effect and may be repeated. */
function platform({ folder, failing = [] }: CrashWorld, fate: Fate): OperationHandlers {
  return {
    async perform(operation, { idempotencyKey, outputs }) {
      await fate.pass(`call ${operation.id}`);
      if (failing.includes(operation.id))
        throw new DeployerError({ code: 'HEALTH_CHECK_FAILED', reason: `${operation.id} is not well` });
      const needed = operation.depends_on.map((id) => outputs(id) ?? null);
      if (operation.type !== 'health_check') record(folder, { key: idempotencyKey, step: operation.id });
      await fate.pass(`called ${operation.id}`);
      return answer(operation.id, needed);
    },
    async find(operation, { idempotencyKey, outputs }) {
      if (operation.type === 'health_check') return 'repeat';
      if (!effects(folder).some(({ key }) => key === idempotencyKey)) return 'absent';
      return {
        found: answer(
          operation.id,
          operation.depends_on.map((id) => outputs(id) ?? null),
        ),
      };
    },
    async compensate(compensation, _of, { idempotencyKey }) {
      await fate.pass(`call ${compensation.id}`);
      record(folder, { key: idempotencyKey, step: compensation.id });
      await fate.pass(`called ${compensation.id}`);
      return null;
    },
  };
}

function answer(id: string, needed: readonly Json[]): Json {
  return { ref: id, over: needed.length };
}

function record(folder: string, effect: Effect): void {
  appendFileSync(effectsFile(folder), `${JSON.stringify(effect)}\n`);
}

function effectsFile(folder: string): string {
  return join(folder, 'effects.ndjson');
}
