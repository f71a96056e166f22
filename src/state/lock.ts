import { DeployerError } from '../core/errors.ts';
import type { Clock, Entropy } from '../core/ports.ts';
import type { LockRecord } from '../core/state.ts';
import type { Store } from '../core/store.ts';
import { type BeatWatch, watchBeats } from './beat-watch.ts';
import { holdLock, type Lock } from './held-lock.ts';
import {
  encode,
  type Generations,
  keyOf,
  listGenerations,
  lockedError,
  lockNames,
  readGenerations,
} from './lock-record.ts';
import { type Condition, conditionOf, type Machine } from './process-identity.ts';

/** Past generations that stay, as evidence. */
const KEPT = 10;

export interface LockContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly machine: Machine;
  /** Version of the tool. */
  readonly tool: string;
}

export interface LockRequest {
  /** An environment, or another name that only deployer uses. */
  readonly name: string;
  /** What runs, in words and names: `deployer deploy --env staging`. Never a value. */
  readonly command: string;
  readonly who: string;
  readonly run_id?: string;
  /** How long to wait for a holder that lives, ms. 0: not at all. */
  readonly wait_ms: number;
  /** Longest pause between two looks while waiting, ms. Default 1 s. */
  readonly poll_ms?: number;
  readonly signal?: AbortSignal;
  /** Told once for every holder that is waited for. */
  readonly onWait?: (holder: LockRecord) => void;
}

export interface Holder {
  readonly record: LockRecord;
  readonly condition: Condition;
}

/**
 * Takes a lock: creates the generation after the highest one, when that is released or its holder is proven dead. Of any
 * number of processes that try, the store lets one create it. Throws `STATE_LOCKED` when the wait is over.
 */
export async function acquireLock(context: LockContext, request: LockRequest): Promise<Lock> {
  const { store, clock } = context;
  const deadline = clock.monotonic() + request.wait_ms;
  const watch = watchBeats(clock);
  let told: string | undefined;
  for (;;) {
    const seen = await readGenerations(store, request.name);
    const obstacle = await obstacleIn(seen, { context, watch });
    if (!obstacle) {
      const lock = await tryNext(context, { request, seen });
      if (lock) return lock;
      continue;
    }
    if (clock.monotonic() >= deadline) throw lockedError(obstacle);
    if (told !== obstacle.id) request.onWait?.(obstacle);
    told = obstacle.id;
    await clock.sleep(pauseBefore(deadline, { context, request }), request.signal);
  }
}

/** Who holds a lock now; `undefined` when it is free. Writes nothing. */
export async function lockHolder(
  context: Pick<LockContext, 'store' | 'machine'>,
  name: string,
): Promise<Holder | undefined> {
  const { record } = await readGenerations(context.store, name);
  if (!record || record.state === 'released') return undefined;
  return { record, condition: await conditionOf(record, context.machine) };
}

/**
 * Ends the lock with this id, whoever holds it, by a released generation above it; the holder finds out before its next
 * step. Throws `NOT_FOUND` when no lock has that id now.
 */
export async function breakLock(context: LockContext, { id, who }: { id: string; who: string }): Promise<LockRecord> {
  const held: LockRecord[] = [];
  for (const name of await lockNames(context.store)) {
    const { record } = await readGenerations(context.store, name);
    if (record?.state !== 'held') continue;
    held.push(record);
    if (record.id === id && (await putReleased(context, { name, record, who }))) return record;
  }
  throw noSuchLock(id, held);
}

async function obstacleIn(
  { record }: Generations,
  { context, watch }: { context: LockContext; watch: BeatWatch },
): Promise<LockRecord | undefined> {
  if (!record || record.state === 'released') return undefined;
  const condition = await conditionOf(record, context.machine);
  if (condition === 'dead' || (condition === 'elsewhere' && watch.stoodStill(record))) return undefined;
  return record;
}

async function tryNext(
  context: LockContext,
  { request, seen }: { request: LockRequest; seen: Generations },
): Promise<Lock | undefined> {
  const { store } = context;
  const record = await newRecord(context, { request, generation: (seen.numbers[0] ?? 0) + 1 });
  const numbers = await createHighest(store, record).catch(async (error: unknown) => {
    await abandon(store, record);
    throw error;
  });
  if (!numbers) return undefined;
  await prune(store, { name: request.name, numbers });
  const before = seen.record?.state === 'held' ? { takenOverFrom: seen.record } : {};
  return holdLock({ store, name: request.name, record, ...before });
}

/** The generations there are, ours the highest of them; `undefined` when somebody else was faster. */
async function createHighest(store: Store, record: LockRecord): Promise<readonly number[] | undefined> {
  const key = keyOf(record.environment, record.generation);
  if ((await store.create(key, encode(record))) === 'exists') return undefined;
  const numbers = await listGenerations(store, record.environment);
  if (numbers[0] === record.generation) return numbers;
  // A number that was pruned already: this contender was stopped for long. What counts is the highest.
  await store.remove(key);
  return undefined;
}

/** After a fault in the middle the record may be there although nobody knows that it holds. */
async function abandon(store: Store, record: LockRecord): Promise<void> {
  try {
    const { record: now } = await readGenerations(store, record.environment);
    if (now?.id === record.id)
      await store.replace(keyOf(record.environment, record.generation), encode({ ...record, state: 'released' }));
  } catch {
    // The first fault is the one to report.
  }
}

async function newRecord(
  { clock, entropy, machine, tool }: LockContext,
  { request, generation }: { request: LockRequest; generation: number },
): Promise<LockRecord> {
  return {
    format: 1,
    id: entropy.id('lock'),
    generation,
    state: 'held',
    environment: request.name,
    who: request.who,
    ...(await machine.self()),
    command: request.command,
    ...(request.run_id ? { run_id: request.run_id } : {}),
    started_at: new Date(clock.now()).toISOString(),
    beat: 0,
    tool,
  };
}

async function prune(store: Store, { name, numbers }: { name: string; numbers: readonly number[] }): Promise<void> {
  for (const generation of numbers.slice(KEPT)) await store.remove(keyOf(name, generation)).catch(() => undefined);
}

/** Until the next look, ms: never the same for two who wait, and never beyond the deadline. */
export function pauseBefore(
  deadline: number,
  { context, request }: { context: Pick<LockContext, 'clock' | 'entropy'>; request: Pick<LockRequest, 'poll_ms'> },
): number {
  const pause = (request.poll_ms ?? 1_000) * (0.5 + context.entropy.random() / 2);
  return Math.max(1, Math.min(pause, deadline - context.clock.monotonic()));
}

async function putReleased(
  context: LockContext,
  { name, record, who }: { name: string; record: LockRecord; who: string },
): Promise<boolean> {
  const generation = record.generation + 1;
  const request = { name, command: `deployer state unlock ${record.id}`, who, wait_ms: 0 };
  const released: LockRecord = { ...(await newRecord(context, { request, generation })), state: 'released' };
  return (await context.store.create(keyOf(name, generation), encode(released))) === 'created';
}

function noSuchLock(id: string, held: readonly LockRecord[]): DeployerError {
  return new DeployerError({
    code: 'NOT_FOUND',
    stage: 'lock',
    reason: `No lock with the id ${id} is held`,
    fix: held.length > 0 ? 'Give the exact id of one of those below' : 'Nothing is locked; run the command again',
    detail: held.map(
      (record) => `${record.environment}: ${record.id} (${record.who} on ${record.host}, ${record.command})`,
    ),
  });
}
