import type { DriverContext, Target } from '../../../core/driver.ts';
import type { LogLine, LogRequest } from '../../../core/logs.ts';
import { asTheyCome, untilCancelled } from '../../follow.ts';
import { Railway } from '../api/client.ts';
import { findPlace, idsOf } from '../place/find.ts';
import { readInstance } from '../place/settings.ts';
import { getDeployment, listDeployments, phaseOf } from './deployments.ts';
import { liveDeployment } from './inspection.ts';
import { GrowingLog, type LogKind, type PrintedLine, printedLines } from './log-lines.ts';

/** Lines of the build and of what runs: of the release asked for, or of the live one, or else of the newest. */
export function releaseLogs(target: Target, request: LogRequest, context: DriverContext): AsyncIterable<LogLine> {
  return untilCancelled(linesOf(target, request, context), request, context);
}

async function* linesOf(target: Target, request: LogRequest, context: DriverContext): AsyncGenerator<LogLine> {
  const api = new Railway(context);
  const id = await wantedDeployment(api, target, request, context);
  if (id === undefined) return;
  const toLine = ({ at, channel, line }: PrintedLine): LogLine => ({
    service: target.service.name,
    release: id,
    at,
    channel,
    line,
  });
  const [building, running] = [new GrowingLog(id, 'build'), new GrowingLog(id, 'runtime')];
  const read = (kind: LogKind) => printedLines(api, id, kind, { limit: Math.max(1, request.tail) });
  const [built, ran] = await Promise.all([read('build'), read('runtime')]);
  building.skip(built);
  running.skip(ran);
  yield* [...built, ...ran].slice(built.length + ran.length - request.tail).map(toLine);
  if (!request.follow) return;
  for await (const line of followed(api, id, [building, running])) yield toLine(line);
}

async function wantedDeployment(
  api: Railway,
  target: Target,
  { ref }: LogRequest,
  context: DriverContext,
): Promise<string | undefined> {
  if (ref !== undefined) return String(ref);
  const found = await findPlace(api, target, context);
  const place = found && idsOf(found);
  const instance = place && (await readInstance(api, place));
  if (!place || !instance) return undefined;
  const deployments = await listDeployments(api, place);
  return liveDeployment(deployments, instance) ?? deployments[0]?.id;
}

/** Lines as they come, until the caller has had enough, or the deployment prints nothing any more. */
function followed(
  api: Railway,
  id: string,
  [building, running]: readonly [GrowingLog, GrowingLog],
): AsyncGenerator<PrintedLine> {
  const phase = async () => {
    const there = await getDeployment(api, id).catch(() => undefined);
    return there ? phaseOf(there) : 'gone';
  };
  const isBuilt = async () => (await phase()) !== 'under_way';
  const hasEnded = async () => !['under_way', 'live', 'unknown'].includes(await phase());
  return asTheyCome(async (take) => {
    await building.follow(api, take, isBuilt);
    await running.follow(api, take, hasEnded);
  });
}
