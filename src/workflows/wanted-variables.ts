import { basename } from 'node:path';
import type { EnvironmentConfig, Requirement, ServiceConfig } from '../core/config.ts';
import { DeployerError } from '../core/errors.ts';
import { nearest } from '../core/name.ts';
import type { VariableSpec } from '../core/variable-spec.ts';
import { specOf } from '../variables/catalogue/catalogue.ts';
import { GIVEN } from './variables.ts';
import type { Workspace } from './workspace.ts';

/** A variable that something in the project asks for. */
export interface Wanted {
  readonly spec: VariableSpec;
  /** What shows it: places in the config and in the code, each once. */
  readonly evidence: readonly string[];
}

/** Everything that the services and databases of an environment ask for, by name. */
export async function wantedVariables(
  workspace: Workspace,
  environment: EnvironmentConfig,
  only?: string,
): Promise<readonly Wanted[]> {
  const services = chosen(environment, only);
  const file = basename(workspace.config.file);
  const asked = [...services.flatMap(ofService), ...(only === undefined ? ofDatabases(environment) : [])].map(
    ({ spec, evidence }) => ({ spec, evidence: evidence.map((path) => `${file} ${path}`) }),
  );
  const byKey = new Map<string, Wanted>();
  for (const one of asked.filter(({ spec }) => !GIVEN.has(spec.key))) {
    const other = byKey.get(one.spec.key);
    byKey.set(one.spec.key, other ? joined(other, one) : one);
  }
  return [...byKey.values()].sort((a, b) => (a.spec.key < b.spec.key ? -1 : 1));
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

/** One that is required by anybody is required; of what owners say the first goes first. */
function joined(a: Wanted, b: Wanted): Wanted {
  return {
    spec: {
      ...b.spec,
      ...a.spec,
      required: a.spec.required || b.spec.required,
      sensitive: a.spec.sensitive || b.spec.sensitive,
    },
    evidence: [...new Set([...a.evidence, ...b.evidence])],
  };
}
