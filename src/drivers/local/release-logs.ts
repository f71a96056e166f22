import type { DriverContext, Target } from '../../core/driver.ts';
import type { LogLine, LogRequest } from '../../core/logs.ts';
import { inspectTarget } from './inspection.ts';
import { releaseLog } from './layout.ts';
import { LogFollower, lastLines } from './log-reader.ts';
import type { ReleaseView } from './protocol.ts';

const READ_INTERVAL = 200;
/** Every so many reads the releases are looked at again, so that a switch is followed too. */
const READS_PER_LOOK = 5;

/**
 * Lines of the release asked for, or of those with traffic, or else of the newest. A service writes both its streams
 * into one file, by itself: so their order is true, nothing is lost when the gateway dies, and which stream a line came
 * through is not known; all are given as `stdout`.
 */
export async function* releaseLogs(
  target: Target,
  request: LogRequest,
  context: DriverContext,
): AsyncIterable<LogLine> {
  const followers = new Map<string, LogFollower>();
  for (const id of await wantedReleases(target, request, context)) {
    const log = logOf(target, id, context);
    const { lines, end } = await lastLines(log, request.tail);
    followers.set(id, new LogFollower(log, end));
    yield* lines.map((line) => logLine(target, id, line));
  }
  if (request.follow) yield* follow(target, request, context, followers);
}

async function* follow(
  target: Target,
  request: LogRequest,
  context: DriverContext,
  followers: Map<string, LogFollower>,
): AsyncIterable<LogLine> {
  for (let reads = 1; !context.signal.aborted; reads++) {
    for (const [id, follower] of followers) yield* (await follower.read()).map((line) => logLine(target, id, line));
    if (reads % READS_PER_LOOK === 0) {
      for (const id of await wantedReleases(target, request, context).catch(() => []))
        if (!followers.has(id)) followers.set(id, new LogFollower(logOf(target, id, context), 0));
    }
    await context.clock.sleep(READ_INTERVAL, context.signal).catch(() => undefined);
  }
}

async function wantedReleases(target: Target, { ref }: LogRequest, context: DriverContext): Promise<readonly string[]> {
  if (typeof ref === 'string') return [ref];
  const releases = (await inspectTarget(target, context))?.releases ?? [];
  const live = releases.filter((release) => release.percent > 0);
  return (live.length > 0 ? live : newest(releases)).map(({ id }) => id);
}

function newest(releases: readonly ReleaseView[]): readonly ReleaseView[] {
  return releases.slice(-1);
}

function logOf({ environment, service }: Target, id: string, { folder }: DriverContext): string {
  return releaseLog(folder, { environment, service: service.name }, id);
}

function logLine(target: Target, release: string, line: string): LogLine {
  return { service: target.service.name, release, channel: 'stdout', line };
}
