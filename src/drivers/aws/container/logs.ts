import type { DriverContext, Target } from '../../../core/driver.ts';
import type { LogLine, LogRequest } from '../../../core/logs.ts';
import { untilCancelled } from '../../follow.ts';
import { daysAgo, type Log, type LogEvent, LogFollower, lastEvents } from '../log-events.ts';
import { namesOf } from './names.ts';
import { findSite, type Site } from './places.ts';
import { isLive, readRef, readSlots, refOf, versionOf } from './slots.ts';
import { streamOf } from './task-definition.ts';

/** CloudWatch takes few questions a second. */
const EVERY = 2_000;

export function releaseLogs(target: Target, request: LogRequest, context: DriverContext): AsyncIterable<LogLine> {
  return untilCancelled(linesOf(target, request, context), request, context);
}

/** What tasks of a release, or of a command, have printed: one family has one, the other those of its own. */
export function logOf({ account, places, context }: Site, family: string, release: string): Log {
  return { account, context, group: places.log_group, streams: { prefix: streamOf(family, release) } };
}

/** Of the release asked for, else of the live one. */
async function* linesOf(target: Target, request: LogRequest, context: DriverContext): AsyncGenerator<LogLine> {
  const site = await findSite(target, context);
  if (!site) return;
  const { release, version, since = daysAgo(site, site.options.log_retention_days) } = await chosen(site, request);
  if (release === '') return;
  const log = logOf(site, namesOf(target).family, release);
  const show = ({ at, line }: LogEvent): LogLine => ({
    at: new Date(at).toISOString(),
    service: target.service.name,
    ...(version ? { release: version } : {}),
    channel: 'stdout',
    line,
  });
  const now = context.clock.now();
  const before = await lastEvents(log, request.tail, since);
  yield* before.map(show);
  if (!request.follow) return;
  const follower = new LogFollower(log, now, before);
  for (;;) {
    yield* (await follower.next()).map(show);
    await context.clock.sleep(EVERY, context.signal);
  }
}

interface Chosen {
  readonly release: string;
  readonly version?: string;
  /** When it was made, where that is known. */
  readonly since?: number | undefined;
}

async function chosen(site: Site, { ref }: LogRequest): Promise<Chosen> {
  const slots = await readSlots(site);
  const wanted = ref === undefined ? undefined : readRef(ref).release;
  const held =
    wanted === undefined
      ? (slots.find(isLive) ?? slots.find(({ definition }) => definition))
      : slots.find((one) => readRef(refOf(one)).release === wanted);
  if (!held) return { release: wanted ?? '' };
  const since = held.definition?.registered_at?.getTime();
  return { release: readRef(refOf(held)).release, version: versionOf(held), since };
}
