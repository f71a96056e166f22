import { hasCode } from '../../../../aws/failure.ts';
import type { DriverContext, Target } from '../../../../core/driver.ts';
import type { LogLine, LogRequest } from '../../../../core/logs.ts';
import { printableLine } from '../../../../core/text.ts';
import { untilCancelled } from '../../../follow.ts';
import { logGroup, openSite, type Site } from '../site.ts';
import { findAlias, LIVE } from './entrance.ts';

/** Between two looks, ms; CloudWatch allows about five a second for the whole account. */
const LOOK_EVERY = 3_000;
/** How far back is looked, and how late a line may come; ms. */
const [BACK, LATE] = [3_600_000, 10_000];
const MOST_PAGES = 20;

/** What calls of the release asked for, or of the live one, have printed. */
export function releaseLogs(target: Target, request: LogRequest, context: DriverContext): AsyncIterable<LogLine> {
  return untilCancelled(linesOf(target, request, context), request, context);
}

async function* linesOf(target: Target, request: LogRequest, context: DriverContext): AsyncGenerator<LogLine> {
  const site = await openSite(target, context);
  const version = request.ref === undefined ? (await findAlias(site, LIVE))?.FunctionVersion : String(request.ref);
  if (version === undefined) return;
  const seen = new Set<string>();
  let from = context.clock.now() - BACK;
  let lines: readonly PrintedLine[] = (await printed(site, version, from)).slice(-request.tail);
  for (;;) {
    for (const line of lines.filter(({ id }) => !seen.has(id))) {
      seen.add(line.id);
      from = Math.max(from, line.at - LATE);
      yield toLine(target, version, line);
    }
    if (!request.follow) return;
    await context.clock.sleep(LOOK_EVERY, context.signal);
    lines = await printed(site, version, from);
  }
}

interface PrintedLine {
  readonly id: string;
  /** ms since 1970. */
  readonly at: number;
  readonly line: string;
}

/** What a version has printed within the last hour, in order. */
export function recentLines(site: Site, version: string): Promise<readonly PrintedLine[]> {
  return printed(site, version, site.context.clock.now() - BACK);
}

/** Names of streams hold the version: `2026/11/21/[12]0a1b…`. */
async function printed(site: Site, version: string, from: number): Promise<readonly PrintedLine[]> {
  const { filterLogEvents } = await site.account.aws.logs();
  const lines: PrintedLine[] = [];
  let nextToken: string | undefined;
  try {
    for (let pages = 0; pages < MOST_PAGES; pages++) {
      const wanted = { logGroupName: logGroup(site), startTime: from, ...(nextToken ? { nextToken } : {}) };
      const page = await filterLogEvents(wanted);
      for (const { eventId = '', timestamp = 0, message = '', logStreamName = '' } of page.events ?? [])
        if (logStreamName.includes(`[${version}]`))
          lines.push({ id: eventId, at: timestamp, line: printableLine(message.trimEnd()) });
      nextToken = page.nextToken;
      if (!nextToken) break;
    }
  } catch (error) {
    if (!hasCode(error, 'ResourceNotFound')) throw error;
  }
  return lines.sort((one, other) => one.at - other.at);
}

function toLine({ service }: Target, release: string, { at, line }: PrintedLine): LogLine {
  return { service: service.name, release, channel: 'stdout', line, at: new Date(at).toISOString() };
}
