import type { Finding } from '../core/finding.ts';
import type { AuditEntry } from '../core/state.ts';
import type { Store } from '../core/store.ts';
import {
  type AuditFacts,
  type AuditHead,
  chained,
  checkChain,
  lineOf,
  MENDED,
  parseLine,
  splitLog,
} from './audit-chain.ts';
import { acquireLock, type LockContext } from './lock.ts';
import { serially } from './serially.ts';

const LOG = 'audit.ndjson';
/** The last entry's number and digest, so that entries taken off the end are missed. Written after the log, so it may lag by what a crash cut. */
const HEAD = 'audit.head.json';
/** No environment's name has an underscore. */
const LOCK = '_audit';
const CHUNK = 64 * 1024;
/** More than the 60 s after which a holder on another machine counts as gone. */
const WAIT_MS = 90_000;

/** Who did what, when; each entry carries the digest of the one before. */
export interface Audit {
  /** On disk when it answers. Safe for several processes at once. A torn last line is cut, and the log says so. */
  append(facts: AuditFacts): Promise<AuditEntry>;
  /** The last `limit` entries, newest last, read from the end. `skipped` names lines that are not as they were written. */
  read(options: {
    readonly limit: number;
  }): Promise<{ readonly entries: readonly AuditEntry[]; readonly skipped: readonly Finding[] }>;
  /** Reads the whole log; every fault is a finding. */
  verify(): Promise<readonly Finding[]>;
}

export function openAudit(context: LockContext): Audit {
  const { store } = context;
  const oneByOne = serially();
  return {
    append: (facts) => oneByOne(() => appendLocked(context, facts)),
    read: ({ limit }) => readLast(store, limit),
    async verify() {
      const log = splitLog((await store.readEnd(LOG, Number.POSITIVE_INFINITY))?.bytes ?? new Uint8Array());
      return checkChain(log, await readHead(store));
    },
  };
}

async function appendLocked(context: LockContext, facts: AuditFacts): Promise<AuditEntry> {
  const request = { name: LOCK, command: `audit ${facts.action}`, who: facts.who, wait_ms: WAIT_MS, poll_ms: 20 };
  const lock = await acquireLock(context, request);
  try {
    const { entries, at, last } = await nextEntries(context, facts);
    await lock.assertHeld();
    await context.store.append(LOG, { at, bytes: Buffer.from(entries.map(lineOf).join('')) });
    await context.store.replace(HEAD, Buffer.from(`${JSON.stringify({ seq: last.seq, digest: last.digest })}\n`));
    return last;
  } finally {
    await lock.release();
  }
}

/** The entry to write, preceded by one about the log itself when its end is torn, damaged or missing; and where they go. */
async function nextEntries({ store, clock }: LockContext, facts: AuditFacts) {
  const at = new Date(clock.now()).toISOString();
  const end = await readEnd(store, 1);
  const expected = await readHead(store);
  const newest = end.lines.at(-1);
  const entry = newest === undefined ? undefined : parseLine(newest);
  // The chain goes on behind the last entry, or behind the one that should be the last.
  const head = entry && entry.seq >= (expected?.seq ?? 0) ? entry : expected;
  const damaged = newest !== undefined && !entry ? 1 : 0;
  const missing = damaged ? 0 : Math.max(0, (expected?.seq ?? 0) - (entry?.seq ?? 0));
  if (end.torn === 0 && missing === 0 && damaged === 0) {
    const last = chained(facts, { head, at });
    return { entries: [last], at: end.whole, last };
  }
  const detail = { torn_bytes: end.torn, missing, damaged };
  const mended = chained({ who: facts.who, action: MENDED, detail }, { head, at });
  const last = chained(facts, { head: mended, at });
  return { entries: [mended, last], at: end.whole, last };
}

async function readLast(store: Store, limit: number) {
  const { lines, from } = await readEnd(store, limit);
  const entries: AuditEntry[] = [];
  const skipped: Finding[] = [];
  for (const line of limit > 0 ? lines.slice(-limit) : []) {
    const entry = parseLine(line);
    if (entry) entries.push(entry);
    else skipped.push(unreadable(from));
  }
  return { entries, skipped };
}

/** At least the last `wanted` complete lines, read backwards in growing pieces; `whole` counts from the start of the log. */
async function readEnd(store: Store, wanted: number) {
  for (let size = CHUNK; ; size *= 4) {
    const end = await store.readEnd(LOG, size);
    if (!end) return { lines: [], whole: 0, torn: 0, from: 0 };
    const start = end.length - end.bytes.length;
    // A piece that begins inside a line: what comes before its first line end is left out.
    const cut = start === 0 ? 0 : end.bytes.indexOf(0x0a) + 1;
    const log = splitLog(end.bytes.subarray(cut));
    if (start === 0 || log.lines.length >= wanted) return { ...log, whole: start + cut + log.whole, from: start };
  }
}

async function readHead(store: Store): Promise<AuditHead | undefined> {
  const bytes = await store.read(HEAD);
  if (!bytes) return undefined;
  try {
    const head = JSON.parse(Buffer.from(bytes).toString('utf8')) as AuditHead;
    return typeof head?.seq === 'number' && typeof head.digest === 'string' ? head : undefined;
  } catch {
    return undefined;
  }
}

function unreadable(from: number): Finding {
  return {
    level: 'warning',
    code: 'STATE_CORRUPT',
    message: `A line of audit.ndjson behind byte ${from} is not as it was written and was left out`,
    place: { file: 'audit.ndjson' },
    fix: 'Run "deployer state verify"',
  };
}
