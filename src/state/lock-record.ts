import { DeployerError } from '../core/errors.ts';
import type { KeptLock } from '../core/lock-place.ts';
import type { LockRecord } from '../core/state.ts';
import type { Store } from '../core/store.ts';
import { printableLine } from '../core/text.ts';

const FOLDER = 'locks/';
const LOOKS = 5;
const ID = /^[\w-]{1,64}$/;
const NAME = /^(\d{8,15})\.json$/;

/** The generations of one lock. The highest one is the lock; lower ones are its past. */
export interface Generations {
  /** Newest first. */
  readonly numbers: readonly number[];
  /** Of the highest; `undefined` when the lock was never taken. */
  readonly record?: LockRecord;
}

export function keyOf(name: string, generation: number): string {
  return `${FOLDER}${name}/${String(generation).padStart(8, '0')}.json`;
}

export function encode(record: LockRecord): Uint8Array {
  return Buffer.from(`${JSON.stringify(record)}\n`);
}

export async function lockNames(store: Store): Promise<readonly string[]> {
  return store.list(FOLDER);
}

export async function listGenerations(store: Store, name: string): Promise<readonly number[]> {
  const names = await store.list(`${FOLDER}${name}/`);
  const numbers = names.flatMap((file) => (NAME.test(file) ? [Number.parseInt(file, 10)] : []));
  return numbers.sort((a, b) => b - a);
}

export async function readGenerations(store: Store, name: string): Promise<Generations> {
  for (let look = 1; ; look++) {
    const numbers = await listGenerations(store, name);
    const generation = numbers[0];
    if (generation === undefined) return { numbers };
    const bytes = await store.read(keyOf(name, generation));
    // Pruned between the two calls: there is a higher one by now. In a store whose listing lags this must not go on for ever.
    if (bytes || look === LOOKS) return { numbers, record: decode(bytes, { name, generation }) };
  }
}

/**
 * A record that cannot be read is held by somebody unknown: it may be in the making. Its made-up id can be given to
 * `unlock`.
 */
function decode(bytes: Uint8Array | undefined, { name, generation }: { name: string; generation: number }): LockRecord {
  const record = bytes && parse(bytes);
  return record?.generation === generation ? record : { ...unknownRecord(name, String(generation)), generation };
}

function unknownRecord(environment: string, mark: string): LockRecord {
  return {
    format: 1,
    id: `unreadable-${mark}`,
    generation: 0,
    state: 'held',
    environment,
    who: 'unknown',
    host: 'unknown',
    boot_id: 'unknown',
    pid: 0,
    pid_start: 'unknown',
    command: 'unknown',
    started_at: 'unknown',
    beat: 0,
    tool: 'unknown',
  };
}

/**
 * A lock as a platform keeps it. Others can write there too: what is shown of it is one line, its id can be given to a
 * command, and one whose text says nothing is held by somebody unknown.
 */
export function recordOf({ token, text, beat }: KeptLock, environment: string): LockRecord {
  const record = parse(Buffer.from(text));
  if (!record || !ID.test(record.id) || !Number.isInteger(record.pid))
    return { ...unknownRecord(environment, token.slice(0, 12)), beat };
  const [who, host, command, started_at] = [record.who, record.host, record.command, record.started_at].map((word) =>
    printableLine(String(word)),
  ) as [string, string, string, string];
  return { ...record, environment, who, host, command, started_at, beat };
}

/** Whether this lock was held once, and let go. */
export async function wasReleased(store: Store, { environment, id }: LockRecord): Promise<boolean> {
  for (const generation of await listGenerations(store, environment)) {
    const bytes = await store.read(keyOf(environment, generation));
    const record = bytes && parse(bytes);
    if (record?.id === id) return record.state === 'released';
  }
  return false;
}

function parse(bytes: Uint8Array): LockRecord | undefined {
  try {
    const record = JSON.parse(Buffer.from(bytes).toString('utf8')) as LockRecord;
    return typeof record?.id === 'string' && (record.state === 'held' || record.state === 'released')
      ? record
      : undefined;
  } catch {
    return undefined;
  }
}

/** `place`: the platform's lock, which others who have it in their config can free too. */
export function lockedError(record: LockRecord, place?: string): DeployerError {
  const run = record.run_id ? `, run ${record.run_id}` : '';
  const unlock = `deployer state unlock ${record.id}${place ? ` --env ${record.environment}` : ''}`;
  return new DeployerError({
    code: 'STATE_LOCKED',
    stage: 'lock',
    reason: `${nameOf(record.environment, place)} is locked by ${record.who} on ${record.host} since ${record.started_at} (${record.command}${run})`,
    fix: `Wait for it with --lock-wait 10m; if it is surely not running any more: ${unlock}`,
    recovery: [
      { action: 'retry', message: 'Run the command again with --lock-wait 10m' },
      { action: 'manual', message: `When the holder is surely not running any more: ${unlock}` },
    ],
    detail: [`lock id: ${record.id}`, `holder: ${record.who} on ${record.host}, pid ${record.pid}`],
  });
}

export function lostError(environment: string, now: LockRecord | undefined, place?: string): DeployerError {
  const by = now ? `; ${now.state === 'held' ? 'it is held' : 'it was unlocked'} by ${now.who} on ${now.host}` : '';
  return new DeployerError({
    code: 'STATE_CONFLICT',
    stage: 'lock',
    reason: `This run does not hold the lock of ${nameOf(environment, place)} any more${by}`,
    fix: 'Nothing more was started. See what happened with "deployer status" and "deployer runs", then resume',
  });
}

function nameOf(environment: string, place: string | undefined): string {
  return place === undefined ? environment : `${environment} on ${place}`;
}
