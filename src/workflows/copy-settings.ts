import type { EnvironmentConfig } from '../core/config.ts';
import { configurationOf } from '../core/configuration.ts';
import { DeployerError } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import { looksSecret } from '../core/secret-name.ts';
import { escapedText, holdsSecrets } from '../core/secret-text.ts';
import type { AppliedConfiguration } from '../core/state.ts';
import { list } from '../core/text.ts';
import type { RunOptions } from './deploy.ts';
import { refuseUnknownKeys } from './key-choice.ts';
import { underLock } from './lock.ts';
import { findTarget } from './observe.ts';
import { refuseErrors } from './refuse.ts';
import { addRevision, type SettingsChange, type SettingsPart } from './revise.ts';
import { withinPaths } from './secret-paths.ts';
import { changeOf, isChange, type SettingsStep } from './settings-steps.ts';
import type { Workspace } from './workspace.ts';

export interface CopyRequest {
  readonly from: string;
  readonly to: string;
  /** Default: all that may be copied. */
  readonly keys?: readonly string[];
  readonly secrets: 'with' | 'without';
}

export interface SettingsCopy {
  readonly from: string;
  readonly environment: EnvironmentConfig;
  readonly steps: readonly SettingsStep[];
  /** Secrets, by reference or by the looks of them, here or there, that nobody asked for. */
  readonly left_out: readonly string[];
  readonly warnings: readonly Finding[];
}

/** What a copy would set. Reads configuration only: no secret is looked up. */
export async function planCopy(workspace: Workspace, request: CopyRequest): Promise<SettingsCopy> {
  const { document } = await workspace.state.read();
  const [from, to] = [request.from, request.to].map((env) => {
    const environment = findTarget(workspace, document, { env });
    return { environment, settings: configurationOf(environment, document.environments[environment.name]) };
  });
  if (!from || !to) throw new Error('settings are copied between two environments');
  if (from.environment.name === to.environment.name) throw sameEnvironment(from.environment.name);
  const { name } = from.environment;
  const all = stepsBetween(from.settings, to.settings);
  refuseUnknownKeys(request.keys ?? [], Object.fromEntries(all.map(({ key }) => [key, true])), name);
  const chosen = all.filter(({ key }) => request.keys?.includes(key) ?? true);
  const guarded = request.secrets === 'with' ? [] : chosen.filter(isSecret).map(({ key }) => key);
  if (request.keys && guarded.length > 0) throw notAskedFor(name, guarded);
  // What is a secret over there gets no plain value in passing.
  const spared = request.keys
    ? []
    : chosen.filter((step) => isPlain(step) && Object.hasOwn(to.settings.secrets, step.key));
  const left_out = [...guarded, ...spared.map(({ key }) => key)];
  const steps = chosen.filter(({ key }) => !left_out.includes(key));
  refuseErrors(withinPaths(to.environment, referencesOf(steps)).findings);
  const shared = steps.filter(({ kind, change }) => kind === 'secret' && change !== 'unchanged');
  const warnings = shared.map((step) => sharedSecret(step, name, to.environment.name));
  return { from: name, environment: to.environment, steps, left_out, warnings };
}

/** Sets what the plan says, in one revision. */
export async function carryOutCopy(
  workspace: Workspace,
  { from, environment, steps }: SettingsCopy,
  options: Pick<RunOptions, 'lockWaitMs'> = {},
): Promise<SettingsChange> {
  const changes = steps.filter(isChange);
  const detail = { from, names: changes.map(({ key }) => key) };
  return underLock({ workspace, command: 'env copy', ...options }, environment.name, async ({ lock }) => {
    const { document } = await workspace.state.read();
    const now = configurationOf(environment, document.environments[environment.name]);
    const settings = settingsFor(changes, now);
    return addRevision(workspace, { environment, lock, action: 'env copy', detail, settings });
  });
}

function stepsBetween(from: AppliedConfiguration, to: AppliedConfiguration): SettingsStep[] {
  const flags = Object.entries(from.flags).map(
    ([key, value]): SettingsStep => ({ key, kind: 'flag', change: changeOf(to.flags, key, value), to: value }),
  );
  const texts = (kind: 'variable' | 'secret', values: Readonly<Record<string, string>>, now: typeof values) =>
    Object.entries(values).map(
      ([key, value]): SettingsStep => ({ key, kind, change: changeOf(now, key, value), to: value }),
    );
  return [...texts('variable', from.variables, to.variables), ...flags, ...texts('secret', from.secrets, to.secrets)];
}

function isSecret({ key, kind, to }: SettingsStep): boolean {
  return kind === 'secret' || looksSecret(key, String(to));
}

function isPlain({ kind }: SettingsStep): boolean {
  return kind !== 'secret';
}

/** A text that secrets are put into is written as a variable. */
function kindOf(kind: SettingsStep['kind'], to: SettingsStep['to']): SettingsStep['kind'] {
  return kind === 'secret' && holdsSecrets(String(to)) ? 'variable' : kind;
}

function referencesOf(steps: readonly SettingsStep[]): Readonly<Record<string, string>> {
  return Object.fromEntries(steps.flatMap(({ key, kind, to }) => (kind === 'secret' ? [[key, String(to)]] : [])));
}

/** A name that changes its kind is taken away from where it was. */
function settingsFor(steps: readonly SettingsStep[], now: AppliedConfiguration): SettingsPart {
  const kinds = { variable: 'variables', secret: 'secrets', flag: 'flags' } as const;
  const settings = { variables: new Map(), secrets: new Map(), flags: new Map() };
  for (const { key, kind, to } of steps)
    for (const [each, part] of Object.entries(kinds) as [SettingsStep['kind'], (typeof kinds)[SettingsStep['kind']]][])
      if (each === kindOf(kind, to)) settings[part].set(key, kind === 'variable' ? escapedText(String(to)) : to);
      else if (Object.hasOwn(now[part], key)) settings[part].set(key, null);
  const { variables, secrets, flags } = settings;
  return {
    variables: Object.fromEntries(variables),
    secrets: Object.fromEntries(secrets),
    flags: Object.fromEntries(flags),
  };
}

function sharedSecret({ key, to }: SettingsStep, from: string, env: string): Finding {
  return {
    level: 'warning',
    code: 'INVALID_ENV',
    message: `${key}: ${env} will read the very secret of ${from} (${to}); whoever gets at one has both, and a change of it changes both`,
    key,
    fix: `Give ${env} a secret of its own: deployer env fill --env ${env}`,
  };
}

function notAskedFor(env: string, keys: readonly string[]): DeployerError {
  return new DeployerError({
    code: 'GATE_REFUSED',
    reason: `${list(keys)} of ${env} ${keys.length === 1 ? 'is a secret' : 'are secrets'}, and secrets are copied only when that is asked for`,
    fix: 'Leave them out of --keys, or give --secrets to let both environments read the same ones',
    stage: 'usage',
  });
}

function sameEnvironment(env: string): DeployerError {
  return new DeployerError({
    code: 'USAGE',
    reason: `${env} and ${env} are one environment`,
    fix: 'Name two environments: deployer env copy staging production',
    stage: 'usage',
  });
}
