import type { HealthCheck } from '../../core/config.ts';
import type { DriverContext, Target } from '../../core/driver.ts';
import { DeployerError, type Failure } from '../../core/errors.ts';
import type { ProbeAttempt, Verdict } from '../../core/health.ts';
import { callGateway } from './client.ts';
import { targetName } from './inspection.ts';
import { releaseFolder, releaseLog } from './layout.ts';
import { lastLines } from './log-reader.ts';
import { readOptions } from './options.ts';
import type { ReleaseView } from './protocol.ts';

const SHOWN_LOG_LINES = 20;
/** A worker without a check is taken to be well when it has run this long. */
const WORKER_TRIAL = 1_000;

interface ReadinessRequest {
  readonly target: Target;
  readonly release: ReleaseView;
  readonly variables: Readonly<Record<string, string>>;
  readonly context: DriverContext;
}

/** Resolves when the release is healthy; `HEALTH_CHECK_FAILED` when its process ends first, or its time is up. */
export async function waitUntilReady(request: ReadinessRequest): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([request.context.signal, over.signal]);
  let exit: string | undefined;
  const watching = exitOf(request, signal).then(
    (how) => {
      exit = how ?? 'was ended on request';
      over.abort();
    },
    () => undefined,
  );
  let verdict: Verdict | undefined;
  try {
    verdict = await check(request, signal, () => exit);
  } catch (error) {
    if (exit === undefined || request.context.signal.aborted) throw error;
  } finally {
    over.abort();
    await watching;
  }
  if (!verdict?.healthy || exit !== undefined) throw await notHealthy(request, verdict, exit);
}

function exitOf({ target, release, context }: ReadinessRequest, signal: AbortSignal): Promise<string | null> {
  const params = { ...targetName(target), id: release.id };
  return callGateway({ folder: context.folder, method: 'exited', params, signal, timeout: context.timeout });
}

async function check(
  { target, release, variables, context }: ReadinessRequest,
  signal: AbortSignal,
  exit: () => string | undefined,
): Promise<Verdict> {
  const wanted = checkOf(target, context);
  if (!wanted) return trial(context, signal);
  return context.probe({
    check: wanted,
    url: release.internal_url ?? '',
    cwd: releaseFolder(context.folder, targetName(target), release.id),
    env: { ...variables, PORT: portOf(release) },
    signal,
    doomed: exit,
    onAttempt: (attempt) => context.log(attemptLine(attempt), 'info'),
  });
}

/** The service's own check; without one it has to take connections. */
function checkOf({ service }: Target, { timeout }: DriverContext): HealthCheck | undefined {
  if (service.health) return { ...service.health, timeout: Math.min(service.health.timeout, timeout) };
  if (service.start !== undefined && readOptions(service.options).worker) return undefined;
  return { kind: 'tcp', timeout: Math.min(service.timeout, timeout), interval: 250, successes: 1 };
}

async function trial({ clock }: DriverContext, signal: AbortSignal): Promise<Verdict> {
  await clock.sleep(WORKER_TRIAL, signal);
  return { healthy: true, attempts: 1, elapsed_ms: WORKER_TRIAL };
}

async function notHealthy(
  { target, release, context }: ReadinessRequest,
  verdict: Verdict | undefined,
  exit: string | undefined,
): Promise<DeployerError> {
  const { lines } = await lastLines(releaseLog(context.folder, targetName(target), release.id), SHOWN_LOG_LINES);
  const failure: Failure = {
    code: 'HEALTH_CHECK_FAILED',
    stage: 'health_check',
    reason: `${target.service.name} ${exit ? `${exit} before it was healthy` : 'did not become healthy in time'}`,
    fix: `${lines.length > 0 ? 'See its last lines' : 'It printed nothing: start it by hand'}${exit ? '' : otherwise(target, verdict)}`,
    detail: [...(verdict?.last ? [`last answer: ${verdict.last.answer}`] : []), ...lines],
  };
  return new DeployerError(failure);
}

/** What else it may be, where it is still running. */
function otherwise({ service }: Target, verdict: Verdict | undefined): string {
  const answers = /^HTTP \d/.test(verdict?.last?.answer ?? '');
  return answers ? `; or correct services.${service.name}.health` : '; it has to answer on the port that PORT names';
}

function attemptLine({ number, answer }: ProbeAttempt): string {
  return `health check ${number}: ${answer}`;
}

function portOf({ internal_url }: ReleaseView): string {
  return internal_url ? new URL(internal_url).port : '';
}
