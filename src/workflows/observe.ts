import { environmentFrom, findEnvironment } from '../config/environments.ts';
import type { EnvironmentConfig, ServiceConfig } from '../core/config.ts';
import { configurationOf, optionsDigest } from '../core/configuration.ts';
import type { DriverFacts } from '../core/driver.ts';
import { DeployerError } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import type { Inspection } from '../core/inspection.ts';
import type { ObservedService, Snapshot } from '../core/snapshot.ts';
import type { AppliedConfiguration, EnvironmentState, StateDocument, Version } from '../core/state.ts';
import { readSource } from '../project/git-head.ts';
import { buildInputsOf } from './build-inputs.ts';
import { driverContext, requireDriver, targetOf } from './driver-context.ts';
import { judgeVariables } from './judge-variables.ts';
import { needFindings, withEvidence } from './need-findings.ts';
import {
  detectNeeds,
  type EnvironmentNeeds,
  NO_NEEDS,
  recordedNeeds,
  recordNeeds,
  withBuildsOf,
  withNeeds,
} from './needs.ts';
import { observeDatabases } from './observe-databases.ts';
import { optionFindings } from './option-secrets.ts';
import { optionVariableFindings } from './option-variables.ts';
import { preflightPlan } from './preflight.ts';
import { refuseErrors } from './refuse.ts';
import { optionFingerprints } from './secret-records.ts';
import { folderFindings } from './service-folders.ts';
import { readSources, type ServiceSource, type ServiceSources } from './service-sources.ts';
import { sourceDigest } from './sources.ts';
import {
  buildVariables,
  type EnvironmentVariables,
  fingerprints,
  resolveVariables,
  serviceVariables,
} from './variables.ts';
import type { Workspace } from './workspace.ts';

export interface ObserveRequest {
  readonly env: string;
  /** Services as another run had them, laid over the config's: a roll-back runs the old start command. */
  readonly services?: Readonly<Record<string, ServiceConfig>>;
  /** Configuration as another run had it. */
  readonly configuration?: AppliedConfiguration;
  readonly version?: Version;
  /** Environment that a promotion takes the version from. */
  readonly from?: string;
  /** Values that were not run with before may come to run: they are judged. */
  readonly judging?: true;
  /** Something may be built: platforms are asked whether it could be deployed then. */
  readonly building?: true;
}

/** A snapshot, and the values behind its fingerprints, which must never be in it. */
export interface Observation {
  readonly snapshot: Snapshot;
  readonly variables: EnvironmentVariables;
}

/** Looks at the world once: state, sources, variables, databases and platforms. Writes nothing and takes no lock. */
export async function observe(workspace: Workspace, request: ObserveRequest): Promise<Observation> {
  const { document, skipped } = await workspace.state.read();
  const asked = findTarget(workspace, document, request);
  const current = document.environments[asked.name];
  const configuration = request.configuration ?? configurationOf(asked, current);
  const sources = await readServices(workspace, asked, configuration);
  const needs = await needsOf(workspace, { request, environment: asked, current, sources });
  const environment = withNeeds(asked, needs, configuration);
  workspace.forgetSecrets();
  const variables = await resolveVariables(workspace, asked, configuration);
  const judged = request.judging ? await judgeVariables(workspace, withBuildsOf(asked, environment), variables) : [];
  const told = [...variables.findings, ...judged];
  const drivers = await loadFacts(workspace, asked);
  const key = await workspace.state.key();
  const [options, databases, inspections, refusals] = await Promise.all([
    optionFindings(workspace, environment),
    observeDatabases(workspace, environment, variables),
    inspectAll(workspace, environment, current),
    request.building ? preflightPlan(workspace, { environment, state: current }, drivers) : [],
  ]);
  const snapshot: Snapshot = {
    config: workspace.config,
    environment,
    configuration,
    state: document,
    ...(current ? { current } : {}),
    source: await readSource(workspace.config.root),
    services: await observeServices(workspace, { environment, drivers, variables, key, current, sources, needs }),
    databases: databases.observed,
    drivers,
    inspections,
    findings: [
      ...workspace.warnings,
      ...skipped,
      ...unfinished(current),
      ...withEvidence(told, needs),
      ...(request.building || request.from
        ? await needFindings({ environment: asked, needs, variables, configuration, drivers, told }, 'sure')
        : []),
      ...options,
      ...(await optionVariableFindings(workspace, environment, variables)),
      ...databases.findings,
      ...refusals,
    ],
    ...(request.version ? { version: request.version } : {}),
    ...(request.from ? { from: requireState(document, request.from) } : {}),
  };
  return { snapshot, variables };
}

/** The config of an environment by name or alias, those made by `env create` included. */
export function findTarget(
  workspace: Workspace,
  document: StateDocument,
  request: Pick<ObserveRequest, 'env' | 'services'>,
): EnvironmentConfig {
  const made = document.environments[request.env];
  const environment = made?.template
    ? environmentFrom(workspace.config, { name: made.name, template: made.template })
    : findEnvironment(workspace.config, request.env);
  return request.services
    ? { ...environment, services: { ...environment.services, ...request.services } }
    : environment;
}

/** The state of an environment, or `NOT_FOUND` when nothing was ever deployed there. */
export function requireState(document: StateDocument, name: string): EnvironmentState {
  const state = document.environments[name];
  if (state) return state;
  throw new DeployerError({
    code: 'NOT_FOUND',
    reason: `Nothing has been deployed to ${name} yet`,
    fix: `Deploy first: deployer deploy --env ${name}`,
    stage: 'state',
  });
}

/** What the drivers of an environment's services are known by. */
export async function loadFacts(
  workspace: Workspace,
  environment: EnvironmentConfig,
): Promise<Record<string, DriverFacts>> {
  const names = [...new Set(Object.values(environment.services).map(({ driver }) => driver))];
  const loaded = await Promise.all(
    names.map(async (name) => [name, await workspace.runtime.drivers.facts(name)] as const),
  );
  return Object.fromEntries(loaded.flatMap(([name, facts]) => (facts ? [[name, facts]] : [])));
}

interface ServicesRequest {
  readonly environment: EnvironmentConfig;
  readonly drivers: Readonly<Record<string, DriverFacts>>;
  readonly variables: EnvironmentVariables;
  readonly key: Uint8Array | undefined;
  readonly current: EnvironmentState | undefined;
  readonly sources: ServiceSources;
  readonly needs: EnvironmentNeeds;
}

/** A folder that cannot be read is a mistake in the config: all of them are told at once, each with its place. */
async function readServices(
  workspace: Workspace,
  environment: EnvironmentConfig,
  { secrets }: AppliedConfiguration,
): Promise<ServiceSources> {
  try {
    return await readSources(workspace, environment, Object.keys(secrets));
  } catch (error) {
    if (error instanceof DeployerError && error.code === 'INVALID_CONFIG')
      refuseErrors(await folderFindings(workspace, [environment]));
    throw error;
  }
}

async function observeServices(
  workspace: Workspace,
  request: ServicesRequest,
): Promise<Record<string, ObservedService>> {
  const sources = workspace.sources();
  const observed: Record<string, ObservedService> = {};
  for (const service of Object.values(request.environment.services)) {
    const build = fingerprints(buildVariables(service, request.variables), request.key);
    const { inputs, files } = await sourceOf(workspace, request, service);
    const needs = request.needs.services[service.name];
    const source = sourceDigest(service, { files: files.digest, variables: build, inputs });
    const live = request.current?.current[service.name];
    observed[service.name] = {
      source,
      files_changed:
        live && live.inputs.source !== source ? sources.changedSince(live.inputs.files, files) : live ? 0 : 'unknown',
      files: files.digest,
      options: optionsDigest(service),
      variables: fingerprints(
        serviceVariables(service, request.drivers[service.driver], request.variables),
        request.key,
      ),
      build_variables: build,
      ...(needs && needs.length > 0 ? { needs: recordNeeds(needs) } : {}),
      ...(await optionFingerprints(workspace, request.drivers[service.driver], service)),
      ...(inputs ? { build_inputs: inputs } : {}),
    };
  }
  return observed;
}

/** What a build by its own driver is made of may depend on the variables that it sees; which files it sees does not. */
async function sourceOf(
  workspace: Workspace,
  { environment, variables, sources }: ServicesRequest,
  service: ServiceConfig,
): Promise<ServiceSource> {
  const seen = sources.get(service.name);
  if (!seen) throw new Error('a service was not read');
  if (seen.service.build === service.build) return seen;
  return { ...seen, inputs: await buildInputsOf(workspace, { environment, service, secrets: variables.secretNames }) };
}

async function inspectAll(
  workspace: Workspace,
  environment: EnvironmentConfig,
  current: EnvironmentState | undefined,
): Promise<Record<string, Inspection>> {
  const known = Object.values(environment.services).filter(({ name }) => current?.resources[name] !== undefined);
  const answers = await Promise.all(
    known.map(async (service) => [service.name, await inspectOne(workspace, environment, service, current)] as const),
  );
  return Object.fromEntries(answers.flatMap(([name, answer]) => (answer ? [[name, answer]] : [])));
}

/** A platform that cannot be asked now is no drift: the plan goes on without its answer. */
async function inspectOne(
  workspace: Workspace,
  environment: EnvironmentConfig,
  service: ServiceConfig,
  current: EnvironmentState | undefined,
): Promise<Inspection | undefined> {
  const driver = await requireDriver(workspace, service);
  const target = targetOf(workspace.config, environment, service, current?.resources[service.name] ?? null);
  const context = await driverContext(workspace, driver, service, {
    signal: AbortSignal.timeout(15_000),
    timeout: 15_000,
    key: 'inspect',
  });
  return driver.inspect(target, context).catch(() => undefined);
}

/** Whether it runs at this moment or was cut off, only the lock can tell. */
function unfinished(state: EnvironmentState | undefined): Finding[] {
  if (!state?.active_run) return [];
  return [
    {
      level: 'warning',
      code: 'RUN_UNFINISHED',
      message: `${state.active_run} is under way in ${state.name}, or was cut off`,
      fix: `See: deployer run show ${state.active_run}`,
    },
  ];
}

interface NeedsPlace {
  readonly request: ObserveRequest;
  readonly environment: EnvironmentConfig;
  readonly current: EnvironmentState | undefined;
  readonly sources: ServiceSources;
}

/** Of the sources where they may be built; else of the version that is placed. A roll-back has what its run had. */
async function needsOf(workspace: Workspace, { request, current, sources }: NeedsPlace): Promise<EnvironmentNeeds> {
  if (request.services) return NO_NEEDS;
  return request.building ? detectNeeds(workspace, sources) : recordedNeeds(workspace, request.version, current);
}
