import { parseEnv } from 'node:util';
import type { EnvironmentConfig } from '../core/config.ts';
import { configurationOf } from '../core/configuration.ts';
import { DeployerError } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import { isVariableName } from '../core/name.ts';
import { reveal, Secret } from '../core/secret.ts';
import type { AppliedConfiguration } from '../core/state.ts';
import { specOf } from '../variables/catalogue/catalogue.ts';
import { judge } from '../variables/judge.ts';
import type { RunOptions } from './deploy.ts';
import { refuseUnknownKeys } from './key-choice.ts';
import { findTarget } from './observe.ts';
import { presentValues } from './present-values.ts';
import { secretPlaces } from './secret-place.ts';
import { isSecretValue } from './sensitive.ts';
import { changeOf, type SettingsStep } from './settings-steps.ts';
import { type Placement, type Stored, storeValues } from './store-values.ts';
import type { Workspace } from './workspace.ts';

export interface ImportRequest {
  readonly env: string;
  /** Of a dotenv file, read as node's `parseEnv` does. */
  readonly text: string;
  /** Default: all. */
  readonly keys?: readonly string[];
  /** See `PlaceRequest.to`. */
  readonly to?: string;
}

export interface Import {
  readonly environment: EnvironmentConfig;
  readonly steps: readonly SettingsStep[];
  /** Names without a value in the file. */
  readonly empty: readonly string[];
  /** What is wrong or doubtful about the values; they are taken all the same, as `env check` says it again. */
  readonly warnings: readonly Finding[];
  /** What there is to do for the steps that change something. */
  readonly placements: readonly Placement[];
}

/** Sorts the values of a dotenv file into secrets, which go to a store, and plain variables. Writes nothing. */
export async function planImport(workspace: Workspace, request: ImportRequest): Promise<Import> {
  const { document } = await workspace.state.read();
  const environment = findTarget(workspace, document, request);
  const configuration = configurationOf(environment, document.environments[environment.name]);
  const all = parseEnv(request.text) as Readonly<Record<string, string>>;
  refuseUnknownKeys(request.keys ?? [], all, 'the file');
  const chosen = Object.entries(all).filter(([key]) => request.keys?.includes(key) ?? true);
  if (!chosen.every(([key]) => isVariableName(key))) throw noDotenv();
  const full = chosen.filter(([, value]) => value !== '');
  refuseFlags(full, configuration);
  const entries = full.filter(([key]) => !Object.hasOwn(configuration.flags, key));
  const placements = await placementsFor(workspace, { ...request, environment, configuration, entries });
  const steps = await stepsFor(workspace, { environment, configuration }, placements);
  const isChanged = ({ key }: Placement) => steps.some((step) => step.key === key && step.change !== 'unchanged');
  return {
    environment,
    steps,
    empty: chosen.filter(([, value]) => value === '').map(([key]) => key),
    warnings: doubts(environment, placements),
    placements: placements.filter(isChanged),
  };
}

/** Does what the plan says, secrets first; see `storeValues`. */
export function carryOutImport(
  workspace: Workspace,
  { environment, placements }: Import,
  options: Pick<RunOptions, 'lockWaitMs'> = {},
): Promise<Stored> {
  return storeValues(workspace, { environment, command: 'env import', placements }, options);
}

/** Does not show the name: of a file that is no dotenv file it may be a part of a secret. */
function noDotenv(): DeployerError {
  return new DeployerError({
    code: 'USAGE',
    reason: 'A name in the file is not one of a variable',
    fix: 'Give a file of lines such as NAME=value, with letters, digits and "_" in the names, or choose names by --keys',
    stage: 'usage',
  });
}

interface Sorting extends ImportRequest {
  readonly environment: EnvironmentConfig;
  readonly configuration: AppliedConfiguration;
  readonly entries: readonly (readonly [key: string, value: string])[];
}

async function placementsFor(workspace: Workspace, request: Sorting): Promise<Placement[]> {
  const { environment, configuration, entries, to } = request;
  const writer = await workspace.runtime.openSecretWriter(workspace.config);
  const options = { environment, configuration, writer };
  const place = secretPlaces(to === undefined ? options : { ...options, to });
  const placements: Placement[] = [];
  try {
    for (const [key, value] of entries)
      if (!isSecretValue(specOf(key), value, configuration)) placements.push({ key, value });
      else placements.push({ key, value: new Secret(value), reference: await place(key) });
  } finally {
    await writer.close();
  }
  return placements;
}

/** A secret is as it is when its reference stays and what lies there is the same. */
async function stepsFor(
  workspace: Workspace,
  { environment, configuration }: Pick<Sorting, 'environment' | 'configuration'>,
  placements: readonly Placement[],
): Promise<SettingsStep[]> {
  const { variables, secrets } = configuration;
  const staying = Object.fromEntries(
    placements.flatMap(({ key, reference }) =>
      reference !== undefined && secrets[key] === reference ? [[key, reference]] : [],
    ),
  );
  const { values } = await presentValues(workspace, environment, {
    ...configuration,
    variables: {},
    flags: {},
    secrets: staying,
  });
  return placements.map(({ key, value, reference }): SettingsStep => {
    if (reference === undefined)
      return { key, kind: 'variable', change: changeOf(variables, key, reveal(value)), to: reveal(value) };
    const now = values[key];
    const isSame = now !== undefined && reveal(now) === reveal(value);
    const change = isSame ? 'unchanged' : Object.hasOwn(secrets, key) ? 'update' : 'add';
    return { key, kind: 'secret', change, to: reference };
  });
}

function doubts({ mode }: EnvironmentConfig, placements: readonly Placement[]): Finding[] {
  const values = Object.fromEntries(placements.map(({ key, value }) => [key, value]));
  return judge([], values, { mode }).map((finding) => ({ ...finding, level: 'warning' }));
}

function refuseFlags(entries: Sorting['entries'], { flags }: AppliedConfiguration): void {
  const [key] = entries.find(([name, value]) => Object.hasOwn(flags, name) && String(flags[name]) !== value) ?? [];
  if (key === undefined) return;
  throw new DeployerError({
    code: 'GATE_REFUSED',
    reason: `${key} is a flag, and the file has another value for it`,
    fix: `Set it as a flag: deployer env set --flag ${key}=…, or leave it out by --keys`,
    stage: 'usage',
  });
}
