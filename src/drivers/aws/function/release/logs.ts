import type { DriverContext, Target } from '../../../../core/driver.ts';
import type { LogLine, LogRequest } from '../../../../core/logs.ts';
import { printableLine } from '../../../../core/text.ts';
import { untilCancelled } from '../../../follow.ts';
import { daysAgo, type Log, type LogEvent, LogFollower, lastEvents } from '../../log-events.ts';
import { logGroup, openSite, type Site } from '../site.ts';
import { findAlias, LIVE } from './entrance.ts';

/** Between two looks, ms; CloudWatch allows about five a second for the whole account. */
const LOOK_EVERY = 3_000;
const [RECENT, HOUR] = [20, 3_600_000];

/** What calls of the release asked for, or of the live one, have printed. */
export function releaseLogs(target: Target, request: LogRequest, context: DriverContext): AsyncIterable<LogLine> {
  return untilCancelled(linesOf(target, request, context), request, context);
}

async function* linesOf(target: Target, request: LogRequest, context: DriverContext): AsyncGenerator<LogLine> {
  const site = await openSite(target, context);
  const version = request.ref === undefined ? (await findAlias(site, LIVE))?.FunctionVersion : String(request.ref);
  if (version === undefined) return;
  const log = logOf(site, version);
  const show = ({ at, line }: LogEvent): LogLine => ({
    service: target.service.name,
    release: version,
    channel: 'stdout',
    line: printableLine(line.trimEnd()),
    at: new Date(at).toISOString(),
  });
  const now = context.clock.now();
  const before = await lastEvents(log, request.tail, daysAgo(log, site.account.options.log_retention_days));
  yield* before.map(show);
  if (!request.follow) return;
  const follower = new LogFollower(log, now, before);
  for (;;) {
    await context.clock.sleep(LOOK_EVERY, context.signal);
    yield* (await follower.next()).map(show);
  }
}

/** The last lines of a version that has just been tried. */
export function recentLines(site: Site, version: string): Promise<readonly LogEvent[]> {
  const log = logOf(site, version);
  return lastEvents(log, RECENT, log.context.clock.now() - HOUR);
}

/** Names of streams hold the version: `2026/11/21/[12]0a1b…`. */
function logOf(site: Site, version: string): Log {
  const { account, context } = site;
  return { account, context, group: logGroup(site), streams: { holding: `[${version}]` } };
}
