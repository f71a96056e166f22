import type { DriverContext, LogLine, LogRequest, Target } from '../../../core/driver.ts';
import { Vercel } from '../api/client.ts';
import { findProject } from '../project/project.ts';
import { type BuildLine, BuildLog, buildLines } from './events.ts';
import { liveDeployment } from './inspection.ts';
import { listReleases } from './list.ts';

const RECONNECT_AFTER = 2_000;

/** Lines of the build of the release asked for, or of the live one, or else of the newest. */
export async function* releaseLogs(
  target: Target,
  request: LogRequest,
  context: DriverContext,
): AsyncGenerator<LogLine> {
  try {
    yield* linesOf(target, request, context);
  } catch (error) {
    // Whoever follows a log ends by cancelling, at any time.
    if (!request.follow || !context.signal.aborted) throw error;
  }
}

async function* linesOf(target: Target, request: LogRequest, context: DriverContext): AsyncGenerator<LogLine> {
  const api = new Vercel(target, context);
  const id = await wantedDeployment(api, target, request);
  if (id === undefined) return;
  const toLine = (line: BuildLine) => logLine(target, id, line);
  const all = await buildLines(api, id);
  yield* all.slice(-request.tail).map(toLine);
  if (!request.follow) return;
  const known = new Set(all.map((line) => line.id));
  for await (const line of followed(api, id, context)) if (!known.has(line.id)) yield toLine(line);
}

async function wantedDeployment(api: Vercel, target: Target, { ref }: LogRequest): Promise<string | undefined> {
  if (ref !== undefined) return String(ref);
  const project = await findProject(api, target);
  if (!project) return undefined;
  const [items, live] = await Promise.all([listReleases(api, project, target), liveDeployment(api, project, target)]);
  return (items.find(({ uid }) => uid === live) ?? items.at(-1))?.uid;
}

function logLine({ service }: Target, release: string, { at, channel, line }: BuildLine): LogLine {
  return {
    service: service.name,
    release,
    channel,
    line,
    ...(at === undefined ? {} : { at: new Date(at).toISOString() }),
  };
}

/** Connection after connection, until the caller has had enough. */
async function* followed(api: Vercel, id: string, context: DriverContext): AsyncGenerator<BuildLine> {
  const log = new BuildLog();
  const ready: BuildLine[] = [];
  let wake: () => void = () => undefined;
  const take = (line: BuildLine) => {
    ready.push(line);
    wake();
  };
  const reading = (async () => {
    while (!context.signal.aborted) {
      await log.follow(api, id, context, take).catch(() => undefined);
      await context.clock.sleep(RECONNECT_AFTER, context.signal).catch(() => undefined);
    }
    wake();
  })();
  while (!context.signal.aborted) {
    yield* ready.splice(0);
    await new Promise<void>((resolve) => {
      wake = resolve;
      if (ready.length > 0 || context.signal.aborted) resolve();
    });
  }
  await reading;
  yield* ready.splice(0);
}
