import type { Artifact } from '../../core/artifact.ts';
import type { ServiceConfig } from '../../core/config.ts';
import type { Driver, DriverContext, Target } from '../../core/driver.ts';
import { DeployerError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import { type Plan, placesNew } from '../../core/plan.ts';
import type { RunContext } from '../../core/run.ts';
import type { EnvironmentState, Release, Version } from '../../core/state.ts';
import type { OperationContext } from '../../execute/handlers.ts';
import { driverContext, requireDriver, targetOf } from '../driver-context.ts';
import { outputsOf } from '../fold.ts';
import type { EnvironmentVariables } from '../variables.ts';
import type { Workspace } from '../workspace.ts';

/** What the handlers of one run share: facts only, all known before the first operation. */
export interface Session {
  readonly workspace: Workspace;
  readonly plan: Plan;
  readonly context: RunContext;
  readonly before: EnvironmentState | undefined;
  readonly variables: EnvironmentVariables;
  /** The version that is put in place, when it was built before this run. */
  readonly version: Version | undefined;
}

/** A driver, the target and the context of one call. */
export interface Call {
  readonly driver: Driver;
  readonly target: Target;
  readonly context: DriverContext;
}

export async function callFor(session: Session, service: string, scope: OperationContext): Promise<Call> {
  const config = requireService(session, service);
  const driver = await requireDriver(session.workspace, config);
  return {
    driver,
    target: targetOf(
      session.workspace.config,
      { name: session.context.env, mode: session.context.mode },
      config,
      resourceOf(session, service, scope),
    ),
    context: await driverContext(session.workspace, driver, config, {
      signal: scope.signal,
      timeout: scope.remaining(),
      key: scope.idempotencyKey,
      log: scope.log,
    }),
  };
}

export function requireService(session: Session, service: string): ServiceConfig {
  const config = session.context.services[service];
  if (config) return config;
  throw new DeployerError({ code: 'INTERNAL', reason: `The plan names ${service}, which the run does not know` });
}

/** What provision made in this run, or earlier. */
function resourceOf(session: Session, service: string, scope: OperationContext): Json {
  return (
    outputsOf<'provision'>(scope.outputs(`provision:${service}`))?.resource ??
    session.before?.resources[service] ??
    null
  );
}

/** The release this run placed, or the candidate of the canary it continues. */
export function placedRelease(session: Session, service: string, scope: OperationContext): Release | undefined {
  return outputsOf<'place'>(scope.outputs(`deploy:${service}`))?.release ?? session.before?.canary?.releases[service];
}

/** The release that was live before this run. */
export function liveBefore(session: Session, service: string): Release | undefined {
  return session.before?.current[service];
}

/** The bytes to place: of the version that is put in place, or, for a new one, what was built now or is live already. */
export function artifactFor(session: Session, service: string, scope: OperationContext): Artifact {
  const known = placesNew(session.plan, service)
    ? liveBefore(session, service)?.artifact
    : session.version?.services[service]?.artifact;
  const artifact = outputsOf<'build'>(scope.outputs(`build:${service}`))?.artifact ?? known;
  if (artifact) return artifact;
  throw new DeployerError({
    code: 'NOT_FOUND',
    reason: `There is no artifact of ${service} to place`,
    fix: `Build it: deployer deploy --env ${session.context.env}`,
  });
}
