import type { EnvironmentConfig } from '../core/config.ts';
import { DeployerError } from '../core/errors.ts';
import { canonicalJson } from '../core/json.ts';
import type { Action, Plan } from '../core/plan.ts';
import type { RunContext } from '../core/run.ts';
import { holdsSecrets } from '../core/secret-text.ts';
import type { ReleaseInputs } from '../core/state.ts';
import { list } from '../core/text.ts';
import { readHistory } from '../execute/history.ts';
import { parseReference } from '../secrets/reference.ts';
import { journalOf } from './carry-out.ts';
import { refuseErrors } from './refuse.ts';
import { optionFingerprints, secretRecords, versionsAmong } from './secret-records.ts';
import {
  buildVariables,
  type EnvironmentVariables,
  fingerprints,
  resolveVariables,
  serviceVariables,
} from './variables.ts';
import type { Workspace } from './workspace.ts';

export interface CutOffRun {
  readonly environment: EnvironmentConfig;
  readonly plan: Plan;
  readonly context: RunContext;
}

/** What a run that was cut off goes on with. */
export interface GoingOn {
  readonly variables: EnvironmentVariables;
  /** Says what the releases still to come are given. */
  readonly context: RunContext;
}

/**
 * All steps of a run that take a secret get the same value of it. One that has another value since, and that a step which
 * was done has used and another still needs, is read in the version it had; where the store does not have that any more
 * the run is refused, untouched. A secret that nothing has used yet may have been put right: it has the value of today.
 */
export async function valuesToGoOnWith(workspace: Workspace, run: CutOffRun): Promise<GoingOn> {
  const today = await resolveVariables(workspace, run.environment, run.context.configuration);
  const takers = await takersOf(workspace, run, today);
  const bound = (await changedSecrets(workspace, run, today)).filter(
    (name) => takers.used.has(name) && takers.needed.has(name),
  );
  const variables = await asTheyWere(workspace, run, { today, names: bound });
  const lost = (await changedSecrets(workspace, run, variables)).filter((name) => bound.includes(name));
  if (lost.length > 0) throw otherValues(run, lost);
  refuseErrors(variables.findings);
  return { variables, context: await renewed(workspace, run, { variables, takers }) };
}

/** Secrets whose value is another one than the run's record says, in whichever way that can be told. */
async function changedSecrets(
  workspace: Workspace,
  { context }: CutOffRun,
  now: EnvironmentVariables,
): Promise<string[]> {
  const before = context.secrets ?? {};
  const records = secretRecords(now, await workspace.state.key());
  return Object.keys(before).filter((name) => records[name] && records[name].fingerprint !== before[name]?.fingerprint);
}

/** Reads secrets in the version that the run began with, where the store told one. */
async function asTheyWere(
  workspace: Workspace,
  { environment, context }: CutOffRun,
  { today, names }: { readonly today: EnvironmentVariables; readonly names: readonly string[] },
): Promise<EnvironmentVariables> {
  if (names.length === 0) return today;
  const { configuration } = context;
  const pinned = names.flatMap((name) => pinnedReference(context, name) ?? []);
  const secrets = { ...configuration.secrets, ...Object.fromEntries(pinned) };
  const { values, versions } = await resolveVariables(workspace, environment, { ...configuration, secrets });
  // What cannot be read in its old version any more stays as it is today, and is refused.
  return { ...today, values: { ...today.values, ...values }, versions: { ...today.versions, ...versions } };
}

function pinnedReference({ configuration, secrets }: RunContext, name: string): [[string, string]] | undefined {
  const version = secrets?.[name]?.version;
  const text = configuration.secrets[name] ?? '';
  const reference = holdsSecrets(text) ? undefined : parseReference(text);
  if (version === undefined || !reference || reference.version !== undefined) return undefined;
  return [[name, `${text}@${version}`]];
}

interface Takers {
  /** Names of variables that steps have had which were done, or may have been. */
  readonly used: ReadonlySet<string>;
  /** Names of variables that steps still to come get. */
  readonly needed: ReadonlySet<string>;
  /** Services that are still to be placed. */
  readonly unplaced: ReadonlySet<string>;
}

async function takersOf(workspace: Workspace, run: CutOffRun, all: EnvironmentVariables): Promise<Takers> {
  const { operations } = readHistory(await journalOf(workspace, run.context.run_id));
  const [used, needed, unplaced] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const { id, action } of run.plan.operations) {
    const state = operations.get(id)?.state;
    const names = await namesTaken(workspace, run, { action, all });
    if (state === 'succeeded' || state === 'in_doubt') for (const name of names) used.add(name);
    if (state === 'succeeded') continue;
    for (const name of names) needed.add(name);
    // What a build is given is part of what its sources are known by: it cannot become another within a run.
    if (action.do === 'build') for (const name of names) used.add(name);
    if (action.do === 'place') unplaced.add(action.service);
  }
  return { used, needed, unplaced };
}

/** Of variables that have no value now, too. */
async function namesTaken(
  { runtime }: Workspace,
  { context }: CutOffRun,
  { action, all }: { readonly action: Action; readonly all: EnvironmentVariables },
): Promise<readonly string[]> {
  const unread = Object.fromEntries([...all.secretNames].map((name) => [name, '']));
  const named = { ...all, values: { ...unread, ...all.values } };
  if (action.do === 'migrate') {
    const { connection_env, migration_env = connection_env } = context.databases[action.database] ?? {};
    return migration_env === undefined ? [] : [migration_env];
  }
  const service = 'service' in action ? context.services[action.service] : undefined;
  if (!service) return [];
  if (action.do === 'build') return Object.keys(buildVariables(service, named));
  if (action.do !== 'place' && action.do !== 'run' && action.do !== 'configure') return [];
  return Object.keys(serviceVariables(service, await runtime.drivers.facts(service.driver), named));
}

/** The run's record of what releases are given, brought up to date for those that are still to come. */
async function renewed(
  workspace: Workspace,
  { context }: CutOffRun,
  { variables, takers }: { readonly variables: EnvironmentVariables; readonly takers: Takers },
): Promise<RunContext> {
  const records = Object.entries(secretRecords(variables, await workspace.state.key()));
  const secrets = { ...context.secrets, ...Object.fromEntries(records.filter(([name]) => takers.needed.has(name))) };
  const inputs = { ...context.inputs };
  for (const service of takers.unplaced) {
    const before = inputs[service];
    if (before) inputs[service] = { ...before, ...(await givenNow(workspace, context, { service, variables })) };
  }
  const next: RunContext = { ...context, inputs, secrets };
  if (canonicalJson(next) === canonicalJson(context)) return context;
  await workspace.state.runs.renewContext(next);
  return next;
}

async function givenNow(
  workspace: Workspace,
  { services }: RunContext,
  { service, variables }: { readonly service: string; readonly variables: EnvironmentVariables },
): Promise<Partial<ReleaseInputs>> {
  const config = services[service];
  if (!config) return {};
  const facts = await workspace.runtime.drivers.facts(config.driver);
  const given = serviceVariables(config, facts, variables);
  return {
    variables: fingerprints(given, await workspace.state.key()),
    ...versionsAmong(given, variables),
    ...(await optionFingerprints(workspace, facts, config)),
  };
}

function otherValues({ context: { run_id, env } }: CutOffRun, names: readonly string[]): DeployerError {
  const [have, it] = names.length > 1 ? ['have', 'them'] : ['has', 'it'];
  return new DeployerError({
    code: 'PLAN_STALE',
    reason: `${list(names)} ${have} another value than when ${run_id} began, which has used ${it} already`,
    fix: `Take the run back and deploy again: deployer rollback --env ${env}; or give ${list(names)} the value of then`,
    stage: 'resume',
    run_id,
  });
}
