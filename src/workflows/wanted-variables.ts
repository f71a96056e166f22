import { basename } from 'node:path';
import type { EnvironmentConfig, Requirement, ServiceConfig } from '../core/config.ts';
import { DeployerError } from '../core/errors.ts';
import { nearest } from '../core/name.ts';
import type { AppliedConfiguration } from '../core/state.ts';
import type { VariableSpec } from '../core/variable-spec.ts';
import type { DetectedNeed } from '../project/needs/judge.ts';
import { specOf } from '../variables/catalogue/catalogue.ts';
import { neededHere } from './check-environment.ts';
import { isRead } from './need-findings.ts';
import { loadFacts } from './observe.ts';
import { GIVEN } from './variables.ts';
import type { Workspace } from './workspace.ts';

/** A variable that something in the project asks for. */
export interface Wanted {
  readonly spec: VariableSpec;
  /** What shows it: places in the config and in the code, each once. */
  readonly evidence: readonly string[];
}

export interface WantedRequest {
  readonly configuration: AppliedConfiguration;
  /** Only what this service asks for. */
  readonly service?: string;
}

/** Everything that the services and databases of an environment ask for, by name: in the config first, then in the code. */
export async function wantedVariables(
  workspace: Workspace,
  environment: EnvironmentConfig,
  { configuration, service: only }: WantedRequest,
): Promise<readonly Wanted[]> {
  const services = chosen(environment, only);
  const listed = [...services.flatMap(ofService), ...(only === undefined ? ofDatabases(environment) : [])];
  const file = basename(workspace.config.file);
  const byKey = new Map<string, Wanted>();
  for (const { spec, evidence } of listed) add(byKey, { spec, evidence: evidence.map((path) => `${file} ${path}`) });
  const said = new Map(byKey);
  for (const need of await seenNeeds(workspace, environment, { configuration, services })) {
    // What the config says of a variable is its owner's word on it.
    const own = said.get(need.key)?.spec;
    add(byKey, { spec: own ?? { ...specOf(need.key), required: isRequired(need) }, evidence: need.evidence });
  }
  return [...byKey.values()]
    .filter(({ spec }) => !GIVEN.has(spec.key))
    .sort((a, b) => (a.spec.key < b.spec.key ? -1 : 1));
}

/** What only a package or a template names may be needed: there is no more to it. */
function isRequired({ optional, certainty }: DetectedNeed): boolean {
  return !optional && certainty === 'sure';
}

async function seenNeeds(
  workspace: Workspace,
  environment: EnvironmentConfig,
  { configuration, services }: { configuration: AppliedConfiguration; services: readonly ServiceConfig[] },
): Promise<readonly DetectedNeed[]> {
  const needs = await neededHere(workspace, environment, configuration);
  const drivers = await loadFacts(workspace, environment);
  const own = services.flatMap((service) =>
    (needs.services[service.name] ?? []).filter(({ when }) => isRead(when, service, drivers[service.driver])),
  );
  return services.length === Object.keys(environment.services).length ? [...own, ...needs.project] : own;
}

function chosen({ services }: EnvironmentConfig, only: string | undefined): readonly ServiceConfig[] {
  if (only === undefined) return Object.values(services);
  const service = Object.hasOwn(services, only) ? services[only] : undefined;
  if (service) return [service];
  const close = nearest(only, Object.keys(services));
  throw new DeployerError({
    code: 'NOT_FOUND',
    reason: `There is no service ${only}`,
    fix: close ? `Did you mean ${close}?` : `There are: ${Object.keys(services).join(', ')}`,
    stage: 'usage',
  });
}

function ofService({ name, env, build }: ServiceConfig): Wanted[] {
  const listed = new Set(env.map(({ key }) => key));
  const ofBuild = build.env.filter((key) => !listed.has(key));
  const ask = (entry: Requirement | string, place: string) => ({ spec: specOf(entry), evidence: [place] });
  return [
    ...env.map((entry) => ask(entry, `services.${name}.env`)),
    ...ofBuild.map((key) => ask(key, `services.${name}.build.env`)),
  ];
}

function ofDatabases({ databases }: EnvironmentConfig): Wanted[] {
  return Object.values(databases)
    .filter(({ migrations }) => migrations)
    .map(({ name, connection_env }) => ({ spec: specOf(connection_env), evidence: [`databases.${name}`] }));
}

/** One that is required by anybody is required; of what is said of it the first goes first. */
function add(known: Map<string, Wanted>, { spec, evidence }: Wanted): void {
  const other = known.get(spec.key);
  known.set(spec.key, {
    spec: {
      ...spec,
      ...other?.spec,
      required: spec.required || other?.spec.required === true,
      sensitive: spec.sensitive || other?.spec.sensitive === true,
    },
    evidence: [...new Set([...(other?.evidence ?? []), ...evidence])],
  });
}
