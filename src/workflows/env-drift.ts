import type { EnvironmentConfig, ServiceConfig } from '../core/config.ts';
import { configurationOf } from '../core/configuration.ts';
import type { Finding } from '../core/finding.ts';
import type { AppliedConfiguration, EnvironmentState, Release } from '../core/state.ts';
import { configurationInForce } from '../plan/changes.ts';
import {
  type ChangedName,
  type DriftedName,
  type VariableDrift,
  variableDrift,
  type WantedVariables,
} from '../plan/variable-drift.ts';
import { type Kept, keptVariables } from './kept-variables.ts';
import { recordedNeeds, withNeeds } from './needs.ts';
import { findTarget, requireState } from './observe.ts';
import { optionFindings } from './option-secrets.ts';
import { optionFingerprints, versionsAmong } from './secret-records.ts';
import {
  buildVariables,
  type EnvironmentVariables,
  fingerprints,
  resolveVariables,
  serviceVariables,
} from './variables.ts';
import type { Workspace } from './workspace.ts';

export type VariableKind = 'variable' | 'secret' | 'flag' | 'option';

type Kinded<T> = T & { readonly kind: VariableKind };

/** How the variables of one service that runs differ from what it should have. Names and versions, never values. */
export interface ServiceDrift {
  readonly service: string;
  readonly driver: string;
  readonly version_id: string;
  /** `unknown`: what could be compared is the same. */
  readonly state: 'same' | 'differs' | 'unknown';
  readonly missing: readonly Kinded<DriftedName>[];
  readonly extra: readonly Kinded<DriftedName>[];
  readonly changed: readonly Kinded<ChangedName>[];
  /** Names whose value nobody could read now. */
  readonly unknown: readonly string[];
  /** At the platform, and of others. */
  readonly unmanaged: readonly string[];
  /** Whether the platform keeps variables, and told of them. */
  readonly platform: 'told' | 'not_kept' | 'silent';
  /** The command that brings it there. */
  readonly next_step: string | null;
}

export interface EnvironmentDrift {
  readonly env: string;
  /** Something differs, or could not be compared. */
  readonly drift: boolean;
  readonly services: readonly ServiceDrift[];
  /** Services of the config that have no release. */
  readonly not_deployed: readonly string[];
  readonly next_steps: readonly string[];
  readonly findings: readonly Finding[];
}

interface Look {
  readonly workspace: Workspace;
  readonly environment: EnvironmentConfig;
  readonly state: EnvironmentState;
  readonly configuration: AppliedConfiguration;
  readonly variables: EnvironmentVariables;
}

/** Compares the variables that an environment should have with what its releases were given and what its platforms keep. */
export async function readDrift(workspace: Workspace, env: string): Promise<EnvironmentDrift> {
  const { document } = await workspace.state.read();
  const asked = findTarget(workspace, document, { env });
  const state = requireState(document, asked.name);
  const configuration = configurationOf(asked, state);
  const environment = withNeeds(asked, recordedNeeds(workspace, undefined, state), configuration);
  const variables = await resolveVariables(workspace, environment, configuration);
  const findings = [...variables.findings, ...(await optionFindings(workspace, environment))];
  const look: Look = { workspace, environment, state, configuration, variables };
  const all = Object.values(environment.services).sort((a, b) => (a.name < b.name ? -1 : 1));
  const compared = await Promise.all(all.map((service) => compare(look, service)));
  const services = compared.flatMap((one) => one ?? []);
  return {
    env: environment.name,
    drift: services.some((one) => one.state !== 'same'),
    services,
    not_deployed: all.filter(({ name }) => !state.current[name]).map(({ name }) => name),
    next_steps: [...new Set(services.flatMap(({ next_step }) => next_step ?? []))],
    findings,
  };
}

async function compare(look: Look, service: ServiceConfig): Promise<ServiceDrift | undefined> {
  const live = look.state.current[service.name];
  if (!live) return undefined;
  const [wanted, kept] = await Promise.all([
    wantedBy(look, service),
    keptVariables(look.workspace, { ...look, service }),
  ]);
  const drift = variableDrift(wanted, live.inputs, typeof kept === 'string' ? undefined : kept);
  const next = nextStep(look.environment.name, service.name, { drift, longLived: await isLongLived(look, service) });
  return told(look, { live, wanted, kept, drift, next });
}

async function wantedBy(
  { workspace, variables }: Look,
  service: ServiceConfig,
): Promise<WantedVariables & { readonly unread: readonly string[] }> {
  const facts = await workspace.runtime.drivers.facts(service.driver);
  const key = await workspace.state.key();
  const given = serviceVariables(service, facts, variables);
  const blank = Object.fromEntries([...variables.secretNames].map((name) => [name, '']));
  const named = serviceVariables(service, facts, { ...variables, values: { ...blank, ...variables.values } });
  return {
    variables: fingerprints(given, key),
    build_variables: fingerprints(buildVariables(service, variables), key),
    versions: versionsAmong(given, variables).secret_versions ?? {},
    unread: Object.keys(named).filter((name) => !Object.hasOwn(given, name)),
    ...(await optionFingerprints(workspace, facts, service)),
  };
}

interface Compared {
  readonly live: Release;
  readonly wanted: { readonly unread: readonly string[] };
  readonly kept: Kept;
  readonly drift: VariableDrift;
  readonly next: string;
}

function told(look: Look, { live, wanted, kept, drift, next }: Compared): ServiceDrift {
  const { missing, extra, changed, unmanaged } = drift;
  const differs = missing.length + extra.length + changed.length > 0;
  const unknown = wanted.unread.length > 0 || kept === 'silent';
  const kinded = <T extends DriftedName>(one: T): Kinded<T> => ({ ...one, kind: kindOf(look, one.name) });
  return {
    service: live.service,
    driver: live.driver,
    version_id: live.version_id,
    state: differs ? 'differs' : unknown ? 'unknown' : 'same',
    missing: missing.map(kinded),
    extra: extra.map(kinded),
    changed: changed.map(kinded),
    unknown: wanted.unread,
    unmanaged,
    platform: typeof kept === 'string' ? kept : 'told',
    next_step: differs ? next : null,
  };
}

/** A build has baked its variables in: only another one has those of today. What is long-lived is placed again only by name. */
function nextStep(
  env: string,
  service: string,
  { drift, longLived }: { readonly drift: VariableDrift; readonly longLived: boolean },
): string {
  if (longLived) return `deployer deploy --env ${env} --service ${service}`;
  return drift.stale_build.length > 0 ? `deployer deploy --env ${env}` : `deployer redeploy --changed --env ${env}`;
}

async function isLongLived({ workspace, environment }: Look, service: ServiceConfig): Promise<boolean> {
  const facts = await workspace.runtime.drivers.facts(service.driver);
  return facts?.traitsOf?.(service, environment).longLived === true;
}

/** One that the config has no more is what it was when it was deployed. */
function kindOf({ configuration, state }: Look, name: string): VariableKind {
  const known = [configuration, configurationInForce(state)].flatMap((one) => one ?? []);
  if (known.some(({ secrets }) => Object.hasOwn(secrets, name))) return 'secret';
  if (known.some(({ flags }) => Object.hasOwn(flags, name))) return 'flag';
  return name.includes('.') ? 'option' : 'variable';
}
