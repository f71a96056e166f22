import type { ServiceConfig } from '../core/config.ts';
import { configurationOf } from '../core/configuration.ts';
import { DeployerError } from '../core/errors.ts';
import type { InspectedRelease, Instance } from '../core/inspection.ts';
import { type Latencies, quantile } from '../core/latency.ts';
import type { LogLine } from '../core/logs.ts';
import type { EnvironmentState } from '../core/state.ts';
import { driverContext, requireDriver, targetOf } from './driver-context.ts';
import { findTarget, requireState } from './observe.ts';
import { type OpenRun, openRuns } from './open-runs.ts';
import { resolveVariables } from './variables.ts';
import { contextOf, type Workspace } from './workspace.ts';

export interface ServiceStatus {
  readonly env: string;
  readonly service: string;
  readonly driver: string;
  readonly version_id: string | null;
  readonly state: InspectedRelease['state'] | 'absent' | 'unknown';
  readonly percent: number;
  readonly url: string | null;
  readonly restarts?: number;
  readonly started_at?: string;
  readonly requests?: number;
  readonly errors?: number;
  /** Within which the beginnings of 19 of 20 answers came. */
  readonly p95_ms?: number;
  readonly detail?: string;
  readonly instances?: readonly Instance[];
  /** What runs is not what the state says. */
  readonly drift: boolean;
}

export interface Status {
  readonly services: readonly ServiceStatus[];
  readonly open_runs: readonly OpenRun[];
}

/** What runs where, as the platforms say it, beside what the state says; and which runs have not come to their end. */
export async function readStatus(workspace: Workspace, request: { env?: string }): Promise<Status> {
  const { document } = await workspace.state.read();
  const names = request.env
    ? [findTarget(workspace, document, { env: request.env }).name]
    : Object.keys(document.environments).sort();
  const states = names.map((name) => requireState(document, name));
  const rows = await Promise.all(states.map((state) => environmentStatus(workspace, state)));
  return { services: rows.flat(), open_runs: await openRuns(workspace, states) };
}

async function environmentStatus(workspace: Workspace, state: EnvironmentState): Promise<ServiceStatus[]> {
  const rows = await Promise.all(
    Object.keys(state.resources)
      .sort()
      .map((service) => serviceStatus(workspace, state, service)),
  );
  return rows.flat();
}

async function serviceStatus(workspace: Workspace, state: EnvironmentState, service: string): Promise<ServiceStatus[]> {
  const live = state.current[service];
  const { driver, target } = await targetFor(workspace, state, service);
  const context = await driverContext(workspace, driver, target.service, {
    signal: AbortSignal.timeout(15_000),
    timeout: 15_000,
    key: 'status',
    detailed: true,
  });
  const inspection = await driver.inspect(target, context).catch(() => undefined);
  const base = { env: state.name, service, driver: driver.facts.name };
  const known = [live?.version_id, state.canary?.releases[service]?.version_id];
  if (!inspection || inspection.releases.length === 0) {
    const state_ = inspection ? ('absent' as const) : ('unknown' as const);
    return [
      {
        ...base,
        version_id: live?.version_id ?? null,
        state: state_,
        percent: 0,
        url: live?.url ?? null,
        drift: inspection !== undefined && live !== undefined,
      },
    ];
  }
  return inspection.releases.map(({ ref: _, internal_url: __, latencies, ...release }) => ({
    ...base,
    ...release,
    ...speedOf(latencies),
    url: release.url ?? inspection.url ?? null,
    drift: release.percent > 0 ? !known.includes(release.version_id) || release.state !== 'running' : false,
  }));
}

function speedOf(latencies: Latencies | undefined): { readonly p95_ms?: number } {
  const p95 = latencies && quantile(latencies, 0.95);
  return p95 === undefined ? {} : { p95_ms: Math.round(p95) };
}

/** Driver and target of a service as it was deployed, though the config may have changed since. */
export async function targetFor(workspace: Workspace, state: EnvironmentState, service: string) {
  const { document } = await workspace.state.read();
  const last = state.deployments.at(-1);
  const context = last && (await contextOf(workspace, last.run_id));
  const as = (services: Readonly<Record<string, ServiceConfig>>) =>
    Object.hasOwn(services, service) ? services[service] : undefined;
  const config = as(context?.services ?? {}) ?? as(findTarget(workspace, document, { env: state.name }).services);
  if (!config)
    throw new DeployerError({
      code: 'NOT_FOUND',
      reason: `There is no service ${service} in ${state.name}`,
      fix: 'See: deployer status',
      stage: 'config',
    });
  const driver = await requireDriver(workspace, config);
  return { driver, target: targetOf(workspace.config, state, config, state.resources[service] ?? null) };
}

export interface LogsRequest {
  readonly env: string;
  readonly services?: readonly string[];
  readonly follow: boolean;
  readonly tail: number;
  readonly signal: AbortSignal;
}

/** What the services print, merged as it comes. Ends when the platforms have no more, or the signal aborts. */
export async function readLogs(
  workspace: Workspace,
  request: LogsRequest,
  onLine: (line: LogLine) => void,
): Promise<void> {
  const { document } = await workspace.state.read();
  const state = requireState(document, findTarget(workspace, document, { env: request.env }).name);
  await knowSecrets(workspace, state);
  const names = request.services?.length ? request.services : Object.keys(state.current).sort();
  await Promise.all(names.map((service) => readServiceLogs(workspace, { state, service, request }, onLine)));
}

/** What the services print may hold what they were given: it has to be known to be hidden. What cannot be read now is not. */
async function knowSecrets(workspace: Workspace, state: EnvironmentState): Promise<void> {
  const { document } = await workspace.state.read();
  const environment = findTarget(workspace, document, { env: state.name });
  await resolveVariables(workspace, environment, configurationOf(environment, state));
}

async function readServiceLogs(
  workspace: Workspace,
  { state, service, request }: { state: EnvironmentState; service: string; request: LogsRequest },
  onLine: (line: LogLine) => void,
): Promise<void> {
  const { driver, target } = await targetFor(workspace, state, service);
  if (!driver.logs)
    throw new DeployerError({
      code: 'UNSUPPORTED',
      reason: `The driver ${driver.facts.name} has no logs`,
      fix: 'Look at the platform itself',
      stage: 'deploy',
    });
  const context = await driverContext(workspace, driver, target.service, {
    signal: request.signal,
    timeout: Number.MAX_SAFE_INTEGER,
    key: 'logs',
  });
  for await (const line of driver.logs(target, { follow: request.follow, tail: request.tail }, context)) onLine(line);
}
