import { hasCode } from '../../aws/failure.ts';
import type { DriverContext } from '../../core/driver.ts';
import type { Account } from './account.ts';

/** Streams of a group of CloudWatch that belong together. */
export interface Log {
  readonly account: Pick<Account, 'aws'>;
  readonly context: Pick<DriverContext, 'clock'>;
  readonly group: string;
  /** What the names of its streams begin with, or hold. */
  readonly streams: { readonly prefix: string } | { readonly holding: string };
}

export interface LogEvent {
  readonly id: string;
  /** ms since 1970. */
  readonly at: number;
  readonly line: string;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** How much longer each next span is that is looked through. */
const GROWTH = 8;
/** How late a line may come, ms. */
const LATE = 10_000;

/**
 * The newest events, oldest first, since a moment. They are looked for in ever longer spans back from now, of which no more
 * than `count` are held: the log of a release may be of weeks.
 */
export async function lastEvents(log: Log, count: number, since: number): Promise<readonly LogEvent[]> {
  const now = log.context.clock.now();
  let found: readonly LogEvent[] = [];
  let to: number | undefined;
  for (let span = MINUTE; ; span *= GROWTH) {
    const from = Math.max(since, now - span);
    found = [...(await newest(log, { from, to }, count - found.length)), ...found];
    if (found.length >= count || from === since) return found;
    to = from - 1;
  }
}

/** How far back a group that keeps its lines so long is looked through. */
export function daysAgo({ context }: Pick<Log, 'context'>, days: number): number {
  return context.clock.now() - days * DAY;
}

/** Events come late and in no order: each look begins a while before the last one, and leaves out what was seen. */
export class LogFollower {
  readonly #log: Log;
  readonly #seen: Set<string>;
  readonly #first: number;
  #last: number;

  /** What comes after those that were seen before, else since a moment. */
  constructor(log: Log, since: number, before: readonly LogEvent[] = []) {
    this.#log = log;
    this.#seen = new Set(before.map(({ id }) => id));
    this.#first = before[0]?.at ?? since;
    this.#last = before.at(-1)?.at ?? since;
  }

  async next(): Promise<readonly LogEvent[]> {
    const fresh: LogEvent[] = [];
    for await (const event of eventsOf(this.#log, { from: Math.max(this.#first, this.#last - LATE) })) {
      if (this.#seen.has(event.id)) continue;
      this.#seen.add(event.id);
      fresh.push(event);
    }
    this.#last = fresh.reduce((last, { at }) => Math.max(last, at), this.#last);
    return fresh;
  }
}

interface Span {
  /** ms since 1970, both counted in. */
  readonly from: number;
  readonly to?: number | undefined;
}

async function newest(log: Log, span: Span, count: number): Promise<readonly LogEvent[]> {
  let found: LogEvent[] = [];
  for await (const event of eventsOf(log, span)) {
    found.push(event);
    if (found.length >= 2 * count) found = found.slice(-count);
  }
  return count === 0 ? [] : found.sort((one, other) => one.at - other.at).slice(-count);
}

/** A page may be empty and not be the last. */
async function* eventsOf({ account, group, streams }: Log, { from, to }: Span): AsyncGenerator<LogEvent> {
  const { filterLogEvents } = await account.aws.logs();
  for (let nextToken: string | undefined; ; ) {
    const page = await filterLogEvents({
      logGroupName: group,
      startTime: from,
      ...(to === undefined ? {} : { endTime: to }),
      ...('prefix' in streams ? { logStreamNamePrefix: streams.prefix } : {}),
      ...(nextToken ? { nextToken } : {}),
    }).catch(nothingYet);
    for (const { eventId: id = '', timestamp: at = 0, message = '', logStreamName: stream = '' } of page.events ?? [])
      if ('prefix' in streams || stream.includes(streams.holding))
        yield { id, at, line: message.replace(/\r?\n$/, '') };
    nextToken = page.nextToken;
    if (!nextToken) return;
  }
}

/** The group is made with the target; the first stream, by the first line. */
function nothingYet(error: unknown): { events?: never[]; nextToken?: never } {
  if (hasCode(error, 'ResourceNotFound')) return {};
  throw error;
}
