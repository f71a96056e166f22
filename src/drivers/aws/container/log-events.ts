import { hasCode } from '../../../aws/failure.ts';
import type { Site } from './places.ts';

export interface LogEvent {
  readonly id: string;
  /** ms since 1970. */
  readonly at: number;
  readonly line: string;
  /** `release-<id>/app/<task>`. */
  readonly stream: string;
}

/** Events of streams whose names begin so, oldest first. A page may be empty and not be the last. */
export async function eventsOf(
  { account, places }: Pick<Site, 'account' | 'places'>,
  prefix: string,
  since: number,
): Promise<readonly LogEvent[]> {
  const logs = await account.aws.logs();
  const found: LogEvent[] = [];
  for (let nextToken: string | undefined; ; ) {
    const request = { logGroupName: places.log_group, startTime: since, ...(nextToken ? { nextToken } : {}) };
    const page = await logs
      .filterLogEvents({ ...request, ...(prefix ? { logStreamNamePrefix: prefix } : {}) })
      .catch(nothingYet);
    for (const { eventId: id = '', timestamp: at = 0, message: line = '', logStreamName: stream = '' } of page.events ??
      [])
      found.push({ id, at, line: line.replace(/\r?\n$/, ''), stream });
    nextToken = page.nextToken;
    if (!nextToken) return found;
  }
}

/** The group is made with the target; the first stream, by the first line. */
function nothingYet(error: unknown): { events?: never[]; nextToken?: never } {
  if (hasCode(error, 'ResourceNotFound')) return {};
  throw error;
}

export async function lastLines(
  site: Pick<Site, 'account' | 'places'>,
  prefix: string,
  count: number,
): Promise<readonly string[]> {
  return (await eventsOf(site, prefix, 0)).slice(-count).map(({ line }) => line);
}

/** Events come late and in no order: each look begins a while before the last event, and leaves out what was seen. */
export class LogFollower {
  readonly #site: Pick<Site, 'account' | 'places'>;
  readonly #prefix: string;
  readonly #seen = new Set<string>();
  #last = 0;

  constructor(site: Pick<Site, 'account' | 'places'>, prefix: string, since = 0) {
    this.#site = site;
    this.#prefix = prefix;
    this.#last = since;
  }

  async next(): Promise<readonly LogEvent[]> {
    const events = await eventsOf(this.#site, this.#prefix, Math.max(0, this.#last - LATE));
    const fresh = events.filter(({ id }) => !this.#seen.has(id));
    for (const { id, at } of fresh) {
      this.#seen.add(id);
      this.#last = Math.max(this.#last, at);
    }
    return fresh;
  }
}

const LATE = 10_000;
