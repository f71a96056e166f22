import type { DriverContext, Target } from '../../../core/driver.ts';
import type { LogLine, LogRequest } from '../../../core/logs.ts';
import { asTheyCome, untilCancelled } from '../../follow.ts';
import { Vercel } from '../api/client.ts';
import type { ProjectView } from '../api/types.ts';
import { readOptions } from '../options.ts';
import { findProject } from '../project/project.ts';
import { BuildLog, buildLines } from './events.ts';
import { liveDeployment } from './inspection.ts';
import type { PrintedLine } from './line-stream.ts';
import { listReleases } from './list.ts';
import { pastLines } from './request-log.ts';
import { RuntimeLog } from './runtime-log.ts';
import { getDeployment, isOver } from './wait.ts';

const RECONNECT_AFTER = 2_000;

/**
 * Lines of the build of the release asked for, or of the live one, or else of the newest, and of what its functions printed in
 * the last day; whoever follows gets those that they print from then on.
 */
export function releaseLogs(target: Target, request: LogRequest, context: DriverContext): AsyncIterable<LogLine> {
  return untilCancelled(linesOf(target, request, context), request, context);
}

async function* linesOf(target: Target, request: LogRequest, context: DriverContext): AsyncGenerator<LogLine> {
  const api = new Vercel(target, context);
  const project = await findProject(api, target);
  const id = project && (await wantedDeployment(api, project, target, request));
  if (!project || id === undefined) return;
  const toLine = (line: PrintedLine) => logLine(target, id, line);
  const [built, printed] = await Promise.all([
    buildLines(api, id),
    hasFunctions(target) ? pastLines(api, project, id, request.tail) : [],
  ]);
  const all = [...built, ...printed];
  yield* all.slice(-request.tail).map(toLine);
  if (!request.follow) return;
  const known = new Set(all.map((line) => line.id));
  const source = { project: project.id, deployment: id };
  const lines = asTheyCome<PrintedLine>((take) => read(api, source, context, take));
  for await (const line of lines) if (!known.has(line.id)) yield toLine(line);
}

function hasFunctions({ service }: Target): boolean {
  return readOptions(service.options).content !== 'static';
}

async function wantedDeployment(
  api: Vercel,
  project: ProjectView,
  target: Target,
  { ref }: LogRequest,
): Promise<string | undefined> {
  if (ref !== undefined) return String(ref);
  const [items, live] = await Promise.all([listReleases(api, project, target), liveDeployment(api, project, target)]);
  return (items.find(({ uid }) => uid === live) ?? items.at(-1))?.uid;
}

function logLine({ service }: Target, release: string, { at, channel, line }: PrintedLine): LogLine {
  return {
    service: service.name,
    release,
    channel,
    line,
    ...(at === undefined ? {} : { at: new Date(at).toISOString() }),
  };
}

interface Source {
  readonly project: string;
  readonly deployment: string;
}

/** The build to its end, and then what it built, connection after connection. */
async function read(
  api: Vercel,
  source: Source,
  context: DriverContext,
  take: (line: PrintedLine) => void,
): Promise<void> {
  const { clock, signal } = context;
  const [building, running] = [new BuildLog(), new RuntimeLog()];
  let state = 'BUILDING';
  while (!signal.aborted) {
    const reading =
      state === 'READY'
        ? running.follow(api, source, context, take)
        : building.follow(api, source.deployment, context, take);
    await reading.catch(() => undefined);
    signal.throwIfAborted();
    const { status, body } = await getDeployment(api, source.deployment);
    // One that is gone, or was never built, prints nothing any more.
    if (status >= 400 || (isOver(body) && body.readyState !== 'READY')) return;
    const same = state === body.readyState;
    state = body.readyState;
    if (same || state !== 'READY') await clock.sleep(RECONNECT_AFTER, signal);
  }
}
