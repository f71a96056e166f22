import type { EnvironmentConfig } from '../core/config.ts';
import { configurationOf } from '../core/configuration.ts';
import type { JobEnd, JobRequest } from '../core/driver.ts';
import { DeployerError, type Failure, toFailure } from '../core/errors.ts';
import type { Channel } from '../core/event.ts';
import type { EnvironmentState, Release } from '../core/state.ts';
import { list } from '../core/text.ts';
import { commandFailed, runCommand } from './command.ts';
import { driverContext } from './driver-context.ts';
import { stopSignal } from './lock.ts';
import { findTarget, requireState } from './observe.ts';
import { recordAction } from './record.ts';
import { refuseErrors } from './refuse.ts';
import { targetFor } from './status.ts';
import { resolveVariables, serviceVariables } from './variables.ts';
import type { Workspace } from './workspace.ts';

export interface ExecRequest {
  readonly env: string;
  /** The only one that runs, when left out. */
  readonly service?: string;
  /** The program and its arguments; no shell reads them. */
  readonly command: readonly [string, ...string[]];
}

export interface Executed {
  readonly env: string;
  readonly service: string;
  readonly version_id: string;
  readonly exit_code: number;
  /** For every exit code but 0. */
  readonly failure?: Failure;
}

/**
 * Runs a command once beside a service: with the artifact and the variables of its live release, in a process or container
 * of its own. Takes no lock: it changes nothing that deploys rely on. The audit log has who ran which program, not its
 * arguments, which may hold secrets. A stop signal stops the command.
 */
export async function execCommand(
  workspace: Workspace,
  request: ExecRequest,
  onLine: (line: string, channel: Channel) => void,
): Promise<Executed> {
  const { document } = await workspace.state.read();
  const environment = findTarget(workspace, document, request);
  const state = requireState(document, environment.name);
  const live = liveRelease(state, request.service);
  const { service, version_id } = live;
  const job = {
    version_id,
    command: request.command,
    kind: 'once' as const,
    ...(await madeFrom(workspace, { environment, state, live })),
  };
  const facts = { service, version: version_id, program: request.command[0] };
  const note = (result: 'started' | 'succeeded' | 'failed' | 'interrupted', exit_code?: number) =>
    recordAction(workspace, {
      action: 'exec',
      environment: state.name,
      result,
      detail: { ...facts, ...(exit_code === undefined ? {} : { exit_code }) },
    });
  await note('started');
  const what = `The command in ${service}`;
  const { end, said } = await run(workspace, { state, service, job, what, onLine }).catch(async (error) => {
    await note(toFailure(error).code === 'INTERRUPTED' ? 'interrupted' : 'failed');
    throw error;
  });
  await note(end.exit_code === 0 ? 'succeeded' : 'failed', end.exit_code);
  const done = { env: state.name, service, version_id, exit_code: end.exit_code };
  return end.exit_code === 0 ? done : { ...done, failure: failureOf(end, what, said) };
}

interface Running {
  readonly state: EnvironmentState;
  readonly service: string;
  readonly job: JobRequest;
  readonly what: string;
  readonly onLine: (line: string, channel: Channel) => void;
}

async function run(workspace: Workspace, { state, service, job, what, onLine }: Running) {
  const { redactor, interrupts, entropy } = workspace.runtime;
  const { driver, target } = await targetFor(workspace, state, service);
  const stop = stopSignal(interrupts, 'while the command ran, which was stopped too');
  const context = await driverContext(workspace, driver, target.service, {
    signal: stop.signal,
    timeout: Number.MAX_SAFE_INTEGER,
    key: entropy.id('exec_'),
    log: (line, channel = 'info') => onLine(redactor.redact(line), channel),
  });
  try {
    return await runCommand({ driver, target, context }, job, what);
  } catch (error) {
    throw new DeployerError(redactor.redactDeep(toFailure(error, 'deploy')), error);
  } finally {
    stop.dispose();
  }
}

function liveRelease({ name, current }: EnvironmentState, wanted: string | undefined): Release {
  const names = Object.keys(current).sort();
  const chosen = wanted ?? (names.length === 1 ? names[0] : undefined);
  const live = chosen === undefined || !Object.hasOwn(current, chosen) ? undefined : current[chosen];
  if (live) return live;
  const known = names.length === 0 ? `See: deployer status --env ${name}` : `There are: ${list(names)}`;
  if (wanted !== undefined)
    throw new DeployerError({ code: 'NOT_FOUND', reason: `${wanted} does not run in ${name}`, fix: known });
  throw new DeployerError({
    code: names.length === 0 ? 'NOT_FOUND' : 'USAGE',
    reason: names.length === 0 ? `Nothing runs in ${name}` : `Several services run in ${name}`,
    fix: names.length === 0 ? known : `Choose one by --service: ${list(names)}`,
  });
}

/** With the configuration that is in force, not with what was set for the next deploy. */
async function madeFrom(
  workspace: Workspace,
  {
    environment,
    state,
    live,
  }: { readonly environment: EnvironmentConfig; readonly state: EnvironmentState; readonly live: Release },
) {
  const configuration = state.deployments.at(-1)?.configuration ?? configurationOf(environment, state);
  const { driver, target } = await targetFor(workspace, state, live.service);
  const all = await resolveVariables(workspace, environment, configuration);
  refuseErrors(all.findings);
  return { artifact: live.artifact, variables: serviceVariables(target.service, driver.facts, all) };
}

/** Its last lines were shown as they came. */
function failureOf(end: JobEnd, what: string, said: readonly string[]): Failure {
  const { detail: _, ...failure } = commandFailed(end, { what, said }).failure;
  return { ...failure, stage: 'deploy' };
}
