import type { DriverContext, Target } from '../../../core/driver.ts';
import type { LogLine, LogRequest } from '../../../core/logs.ts';
import { untilCancelled } from '../../follow.ts';
import { eventsOf, type LogEvent, LogFollower } from './log-events.ts';
import { namesOf } from './names.ts';
import { findSite, type Site } from './places.ts';
import { isLive, readRef, readSlots, refOf, versionOf } from './slots.ts';
import { streamOf } from './task-definition.ts';

/** CloudWatch takes few questions a second. */
const EVERY = 2_000;

export function releaseLogs(target: Target, request: LogRequest, context: DriverContext): AsyncIterable<LogLine> {
  return untilCancelled(linesOf(target, request, context), request, context);
}

/** Of the release asked for, else of the live one. */
async function* linesOf(target: Target, request: LogRequest, context: DriverContext): AsyncGenerator<LogLine> {
  const site = await findSite(target, context);
  if (!site) return;
  const { release, version } = await chosen(site, request);
  if (release === '') return;
  const prefix = streamOf(namesOf(target).family, release);
  const show = ({ at, line }: LogEvent): LogLine => ({
    at: new Date(at).toISOString(),
    service: target.service.name,
    ...(version ? { release: version } : {}),
    channel: 'stdout',
    line,
  });
  const before = await eventsOf(site, prefix, 0);
  for (const event of before.slice(-request.tail)) yield show(event);
  if (!request.follow) return;
  const follower = new LogFollower(site, prefix, before.at(-1)?.at ?? 0);
  const known = new Set(before.map(({ id }) => id));
  for (;;) {
    for (const event of await follower.next()) if (!known.has(event.id)) yield show(event);
    await context.clock.sleep(EVERY, context.signal);
  }
}

async function chosen(site: Site, { ref }: LogRequest): Promise<{ release: string; version?: string }> {
  const slots = await readSlots(site);
  if (ref !== undefined) {
    const { release } = readRef(ref);
    const held = slots.find((one) => readRef(refOf(one)).release === release);
    return { release, ...(held ? { version: versionOf(held) } : {}) };
  }
  const held = slots.find(isLive) ?? slots.find(({ definition }) => definition);
  return held ? { release: readRef(refOf(held)).release, version: versionOf(held) } : { release: '' };
}
