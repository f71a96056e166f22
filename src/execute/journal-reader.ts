import { readFile, stat } from 'node:fs/promises';
import { ERROR_CODES } from '../core/error-codes.ts';
import { DeployerError } from '../core/errors.ts';
import type { RunEvent, StampedEvent } from '../core/event.ts';

export interface JournalContent {
  readonly events: readonly StampedEvent[];
  /** Bytes of the whole lines; what stands behind them is the torn rest. */
  readonly whole_bytes: number;
  /** A last line that a crash tore; it was dropped, nothing that depends on it was begun. */
  readonly torn?: { readonly line: number; readonly bytes: number };
}

/**
 * Reads a run's journal. A journal that is not there is `NOT_FOUND`, one that cannot be read or is no plain file
 * `IO_FAILED`; for the rest see `parseJournal`.
 */
export async function readJournal(file: string): Promise<JournalContent> {
  return parseJournal(await readBytes(file), file);
}

/**
 * One pass over a journal's bytes; `file` names it in errors. A torn last line is dropped and reported. Anything wrong
 * before that (not JSON, not an event, another run's line, a missing or repeated number) is `STATE_CORRUPT` with file
 * and line.
 */
export function parseJournal(bytes: Buffer, file: string): JournalContent {
  const events: StampedEvent[] = [];
  let start = 0;
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
    const event = parseEvent(bytes.toString('utf8', start, end));
    if (!event && end + 1 === bytes.length) break;
    const problem = event ? misplaced(event, events.at(-1)) : 'is not an event';
    if (!event || problem) throw corrupt(file, events.length + 1, problem ?? '');
    events.push(event);
    start = end + 1;
  }
  const rest = bytes.length - start;
  return { events, whole_bytes: start, ...(rest > 0 ? { torn: { line: events.length + 1, bytes: rest } } : {}) };
}

async function readBytes(file: string): Promise<Buffer> {
  try {
    // A device in its place would never end.
    if (!(await stat(file)).isFile()) throw unreadable(file, 'not a plain file');
    return await readFile(file);
  } catch (error) {
    if (error instanceof DeployerError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw code === 'ENOENT' ? missing(file) : unreadable(file, code);
  }
}

function missing(file: string): DeployerError {
  return new DeployerError({
    code: 'NOT_FOUND',
    reason: `There is no journal at ${file}`,
    stage: 'resume',
    fix: 'See which runs there are with `deployer runs`',
  });
}

function unreadable(file: string, why: string): DeployerError {
  return new DeployerError({
    code: 'IO_FAILED',
    reason: `The journal ${file} cannot be read (${why})`,
    stage: 'resume',
  });
}

function corrupt(file: string, line: number, problem: string): DeployerError {
  return new DeployerError({
    code: 'STATE_CORRUPT',
    reason: `Line ${line} of the journal ${file} ${problem}`,
    stage: 'resume',
    place: { file, line },
    fix: 'Restore the file from a backup, or compare `deployer status` with the platform and deploy anew',
  });
}

function misplaced(event: StampedEvent, last: StampedEvent | undefined): string | undefined {
  const expected = (last?.seq ?? 0) + 1;
  if (event.seq !== expected) return `has the number ${event.seq} where ${expected} belongs`;
  return last && event.run_id !== last.run_id ? 'belongs to another run' : undefined;
}

function parseEvent(line: string): StampedEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isEvent(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

type Fields = Readonly<Record<string, unknown>>;

/** What reading a history relies on, per type; the other members are for people. */
const CHECKS: Readonly<Record<RunEvent['type'], (fields: Fields) => boolean>> = {
  'run.started': (fields) => isText(fields.plan_id),
  'run.resumed': () => true,
  'run.interrupted': () => true,
  'run.finished': (fields) => isText(fields.status) && (fields.failure === undefined || isFailure(fields.failure)),
  'operation.started': (fields) => isText(fields.operation) && isCount(fields.attempt),
  'operation.log': (fields) => isText(fields.operation),
  'operation.waiting': (fields) => isText(fields.operation),
  'operation.retrying': (fields) => isText(fields.operation),
  'operation.succeeded': hasResult,
  'operation.failed': hasFailure,
  'operation.cancelled': (fields) => isText(fields.operation),
  'operation.skipped': (fields) => isText(fields.operation),
  'compensation.started': (fields) => isText(fields.operation),
  'compensation.succeeded': hasResult,
  'compensation.failed': hasFailure,
  warning: () => true,
};

function isEvent(value: unknown): value is StampedEvent {
  if (!isObject(value) || !isCount(value.seq) || !isText(value.at) || !isText(value.run_id)) return false;
  return isText(value.type) && Object.hasOwn(CHECKS, value.type) && CHECKS[value.type as RunEvent['type']](value);
}

function hasResult(fields: Fields): boolean {
  return isText(fields.operation) && isDuration(fields.duration_ms) && fields.outputs !== undefined;
}

function hasFailure(fields: Fields): boolean {
  return isText(fields.operation) && isDuration(fields.duration_ms) && isFailure(fields.failure);
}

function isFailure(value: unknown): boolean {
  return isObject(value) && isText(value.reason) && isText(value.code) && Object.hasOwn(ERROR_CODES, value.code);
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function isDuration(value: unknown): value is number {
  return typeof value === 'number' && value >= 0;
}
