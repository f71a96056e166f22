import type { Finding } from '../core/finding.ts';
import type { Plan } from '../core/plan.ts';
import type { OperationReport, RunContext, RunReport } from '../core/run.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { EnvironmentState, Release } from '../core/state.ts';
import { list } from '../core/text.ts';
import type { ExecutionResult } from '../execute/result.ts';
import { staysOpen } from './close-run.ts';
import { leftBehind, leftForNext } from './left-behind.ts';

export interface ReportRequest {
  readonly plan: Plan;
  readonly context: RunContext;
  readonly result: ExecutionResult;
  readonly before: EnvironmentState | undefined;
  /** The state as the run left it; `undefined` when nothing is left. */
  readonly closed: EnvironmentState | undefined;
  readonly duration_ms: number;
}

/** The outcome of a run for people and programs. */
export function reportRun(request: ReportRequest): RunReport {
  const { plan, context, result, closed } = request;
  const left = leftBehind(plan, result);
  const failure = result.failure ? { ...result.failure, run_id: context.run_id } : undefined;
  return {
    status: result.status,
    intent: plan.intent,
    env: plan.env,
    run_id: context.run_id,
    ...(context.version_id ? { version_id: context.version_id } : {}),
    ...(context.version_name ? { version_name: context.version_name } : {}),
    ...urlsOf(closed),
    env_configured: true,
    duration_ms: request.duration_ms,
    operations: plan.operations.map((operation) => operationReport(operation.id, operation.type, result)),
    ...withoutWork(plan),
    warnings: [...plan.warnings, ...movedAddresses(request)],
    undelivered: [],
    previous_runs: previousRuns(request),
    ...(left.length > 0 ? { left_behind: left } : {}),
    restored: restoredSentences(request),
    ...(failure ? { failure } : {}),
    ...(result.hold === undefined ? {} : { held: result.hold }),
    next_steps: nextSteps(request),
  };
}

/** Nothing had to be done. */
export function reportUnchanged(plan: Plan, { current }: Snapshot): RunReport {
  const last = current?.deployments.at(-1);
  return {
    status: 'unchanged',
    intent: plan.intent,
    env: plan.env,
    ...(last ? { version_id: last.version_id } : {}),
    ...(last?.version_name ? { version_name: last.version_name } : {}),
    ...urlsOf(current),
    env_configured: true,
    duration_ms: 0,
    operations: [],
    ...withoutWork(plan),
    warnings: plan.warnings,
    undelivered: [],
    previous_runs: true,
    restored: [],
    next_steps: [],
  };
}

/** A deploy of some services tells nothing about the others, except that they have changes too. */
function withoutWork({ unchanged, request }: Plan): Pick<RunReport, 'unchanged' | 'left_out'> {
  const asked = request?.services && new Set(request.services);
  const isAsked = (service: string) => !asked || asked.has(service);
  return {
    unchanged: unchanged.flatMap(({ service, left_out }) => (!left_out && isAsked(service) ? [service] : [])),
    left_out: unchanged.flatMap(({ service, left_out }) => (left_out ? [service] : [])),
  };
}

/** URLs by service; the main one is that of a service without a start command (a front end), else the first. */
export function urlsOf(state: EnvironmentState | undefined): {
  url?: string;
  urls: Record<string, string>;
  dashboard_url?: string;
} {
  const releases = Object.values(state?.current ?? {}).filter(
    (release): release is Release & { url: string } => release.url !== undefined,
  );
  const main = releases.find(({ serves }) => serves === 'files') ?? releases[0];
  const dashboard = releases.find(({ dashboard_url }) => dashboard_url)?.dashboard_url;
  return {
    ...(main ? { url: main.url } : {}),
    urls: Object.fromEntries(releases.map(({ service, url }) => [service, url])),
    ...(dashboard ? { dashboard_url: dashboard } : {}),
  };
}

function operationReport(id: string, type: OperationReport['type'], result: ExecutionResult): OperationReport {
  const done = result.operations.find((operation) => operation.id === id);
  const undone = result.compensations.some(
    (compensation) => compensation.operation === id && compensation.status === 'succeeded',
  );
  return {
    id,
    type,
    status: done?.status ?? 'not_started',
    duration_ms: done?.duration_ms ?? 0,
    ...(undone ? { undone: true } : {}),
    ...(done?.failure ? { failure: done.failure } : {}),
  };
}

/** Services whose address is another now although nobody asked for that: on this machine, when its port was taken. */
function movedAddresses({ plan, before, closed }: ReportRequest): Finding[] {
  const asked = new Set(plan.changes.flatMap(({ kind, service }) => (kind === 'option' ? [service] : [])));
  return Object.values(closed?.current ?? {}).flatMap(({ service, driver, url }) => {
    const earlier = before?.current[service];
    if (!url || !earlier?.url || earlier.url === url || earlier.driver !== driver || asked.has(service)) return [];
    return [
      {
        level: 'warning' as const,
        code: 'DRIFT' as const,
        message: `${service} answers at ${url} from now on, and no longer at ${earlier.url}`,
        path: `services.${service}`,
        fix: 'Tell whoever uses the old address; to keep one, ask for it in the config, as by local.port',
      },
    ];
  });
}

/** Whether every service that had a release before still runs the same version. */
function previousRuns({ before, closed, result }: ReportRequest): boolean {
  const earlier = Object.entries(before?.current ?? {});
  return (
    result.status !== 'succeeded' &&
    result.status !== 'held' &&
    !staysOpen(result) &&
    earlier.length > 0 &&
    earlier.every(([name, { version_id }]) => closed?.current[name]?.version_id === version_id)
  );
}

function restoredSentences(request: ReportRequest): string[] {
  const { result, before, context } = request;
  if (result.status === 'succeeded' || result.status === 'held' || result.status === 'interrupted') return [];
  const failed = result.compensations.filter(({ status }) => status === 'failed').map(({ id }) => `not undone: ${id}`);
  if (failed.length > 0) return failed;
  const taking = keptBy(request);
  if (taking.length > 0) return [`the new version was not taken back: ${list(taking)} took away what older code needs`];
  if (previousRuns(request))
    return [`${before?.deployments.at(-1)?.version_id ?? 'the previous version'} runs in ${context.env} as before`];
  return before && Object.keys(before.current).length > 0
    ? []
    : result.status === 'restored'
      ? [`${remains(request)} is left of the first deploy to ${context.env}`]
      : [];
}

function remains({ result }: ReportRequest): string {
  const left = leftForNext(result);
  return left.length === 0 ? 'nothing' : `only ${list(left)}`;
}

/** Migrations for which the planner left the new release without a way back. */
function keptBy(request: ReportRequest): string[] {
  const { plan, context, before, result } = request;
  const moved = result.operations.some(
    ({ type, status, undone }) => type === 'traffic' && status === 'succeeded' && !undone,
  );
  const replaced = before && Object.keys(before.current).length > 0;
  if (!moved || !replaced || context.compensation === 'off' || !brokeOff(request)) return [];
  const begun = new Set(result.operations.filter(({ status }) => status !== 'skipped').map(({ id }) => id));
  return plan.operations.flatMap(({ id, action }) =>
    action.do === 'migrate' && action.direction === 'up' && begun.has(id)
      ? action.files.filter(({ phase }) => phase === 'contract').map((file) => file.id)
      : [],
  );
}

/** Not only steps failed that are no reason to go back. */
function brokeOff({ plan, result }: ReportRequest): boolean {
  const kept = new Set(plan.operations.filter(({ on_failure }) => on_failure === 'keep').map(({ id }) => id));
  return result.operations.some(({ id, status }) => status === 'failed' && !kept.has(id));
}

/** Live, but something behind it failed. */
function isFlagged({ context, closed }: ReportRequest): boolean {
  const last = closed?.deployments.at(-1);
  return last?.run_id === context.run_id && !last.healthy;
}

function nextSteps(request: ReportRequest): string[] {
  const { result, context, plan, closed } = request;
  if (isFlagged(request)) return [`deployer resume ${context.run_id}`, `deployer run show ${context.run_id}`];
  if (staysOpen(result)) return [`deployer resume ${context.run_id}`, `deployer rollback --env ${context.env}`];
  if (result.status === 'failed')
    return [`deployer run show ${context.run_id}`, `deployer status --env ${context.env}`];
  if (!closed?.canary) return [];
  return ['status', 'promote', 'abort'].map((way) => `deployer canary ${way} --env ${plan.env}`);
}
