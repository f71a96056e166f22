import type { EnvironmentConfig, FlagValue } from '../core/config.ts';
import { configurationOf } from '../core/configuration.ts';
import { DeployerError } from '../core/errors.ts';
import { isVariableName } from '../core/name.ts';
import { mayRead, outsideOf } from '../core/secret-paths.ts';
import { holdsSecrets, referencesIn } from '../core/secret-text.ts';
import type { AppliedConfiguration } from '../core/state.ts';
import { secretProviders } from '../secrets/catalog.ts';
import { readReference } from '../secrets/check-reference.ts';
import type { Lock } from '../state/held-lock.ts';
import type { RunOptions } from './deploy.ts';
import { underLock } from './lock.ts';
import { findTarget } from './observe.ts';
import { addRevision, holds, type SettingsChange, type SettingsPart } from './revise.ts';
import type { Workspace } from './workspace.ts';

const NOUNS: Readonly<Record<Setting, string>> = { variables: 'variable', secrets: 'secret', flags: 'flag' };

export type Setting = 'variables' | 'secrets' | 'flags';

export interface SettingsRequest {
  readonly env: string;
  readonly kind: Setting;
  /** `null` takes a name away. Secrets are references, never values. */
  readonly values: Readonly<Record<string, FlagValue | null>>;
}

/** Makes a new revision of an environment's configuration; it takes effect with the next deploy. */
export async function changeSettings(
  workspace: Workspace,
  request: SettingsRequest,
  options: Pick<RunOptions, 'lockWaitMs'> = {},
): Promise<SettingsChange> {
  refuseBadNames(Object.keys(request.values));
  const { document } = await workspace.state.read();
  const environment = findTarget(workspace, document, request);
  await refuseReferences(request, environment, Object.keys(workspace.config.secret_commands));
  return underLock({ workspace, command: 'env set', ...options }, environment.name, ({ lock }) =>
    setUnderLock(workspace, { ...request, environment, lock }),
  );
}

async function setUnderLock(
  workspace: Workspace,
  { environment, lock, ...request }: SettingsRequest & { environment: EnvironmentConfig; lock: Lock },
): Promise<SettingsChange> {
  const { kind, values } = request;
  const settings: SettingsPart = { [kind]: values };
  const { document } = await workspace.state.read();
  const state = document.environments[environment.name];
  if (!holds(state?.revisions ?? [], settings))
    refuseUnknown({ ...request, env: environment.name }, configurationOf(environment, state));
  const action = Object.values(values).every((value) => value === null) ? 'env unset' : 'env set';
  return addRevision(workspace, { environment, lock, action, settings, detail: { kind, names: Object.keys(values) } });
}

/** `USAGE` for the first name that no variable may have. */
export function refuseBadNames(names: readonly string[]): void {
  const bad = names.find((name) => !isVariableName(name));
  if (bad === undefined) return;
  throw new DeployerError({
    code: 'USAGE',
    reason: `"${bad}" is not a variable name`,
    fix: 'Use letters, digits and "_", not starting with a digit',
    stage: 'usage',
  });
}

/**
 * What is given as a secret has to be a reference: a value would end up in the state. So has what stands in `${secret:…}` in a
 * variable; and each has to lead to where the environment may read.
 */
async function refuseReferences(
  { kind, values }: SettingsRequest,
  { name, secret_paths }: EnvironmentConfig,
  commands: readonly string[],
): Promise<void> {
  const known = { providers: secretProviders, commands };
  const texts = Object.values(values)
    .filter((value) => value !== null)
    .map(String);
  const references = kind === 'secrets' ? texts : kind === 'variables' ? texts.flatMap(referencesIn) : [];
  for (const reference of references) {
    await readReference(reference, known);
    const { message, fix } = outsideOf(name, reference);
    if (!mayRead(secret_paths, reference))
      throw new DeployerError({ code: 'INVALID_CONFIG', reason: message, fix, stage: 'config' });
  }
}

/** Taking a name away that is not there is most likely a slip. */
function refuseUnknown({ env, kind, values }: SettingsRequest, configuration: AppliedConfiguration): void {
  const unknown = Object.entries(values).find(([name, value]) => value === null && !isSet(configuration, kind, name));
  if (!unknown) return;
  throw new DeployerError({
    code: 'NOT_FOUND',
    reason: `${env} has no ${NOUNS[kind]} ${unknown[0]}`,
    fix: `See what it has: deployer env show ${env}`,
    stage: 'state',
  });
}

/** A variable that secrets are put into stands among the secrets. */
function isSet(configuration: AppliedConfiguration, kind: Setting, name: string): boolean {
  if (Object.hasOwn(configuration[kind], name)) return true;
  return kind === 'variables' && holdsSecrets(configuration.secrets[name] ?? '');
}
