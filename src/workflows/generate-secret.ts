import type { EnvironmentConfig } from '../core/config.ts';
import { configurationOf } from '../core/configuration.ts';
import { DeployerError } from '../core/errors.ts';
import { publicName } from '../core/public-name.ts';
import { Secret } from '../core/secret.ts';
import type { AppliedConfiguration } from '../core/state.ts';
import { specOf } from '../variables/catalogue/catalogue.ts';
import { judgeValue } from '../variables/judge.ts';
import { LEAST, makeSecret, type Recipe, recipeFor, recipeOf, type SecretFormat } from '../variables/made-up.ts';
import type { RunOptions } from './deploy.ts';
import { findTarget } from './observe.ts';
import { presentValues } from './present-values.ts';
import { refuseErrors } from './refuse.ts';
import { secretPlaces } from './secret-place.ts';
import { refuseBadNames } from './settings.ts';
import { type Stored, storeValues } from './store-values.ts';
import { wantedVariables } from './wanted-variables.ts';
import type { Workspace } from './workspace.ts';

export interface SecretWish {
  readonly key: string;
  readonly format?: SecretFormat;
  /** See `Recipe.size`. */
  readonly size?: number;
}

/** Makes a secret of the kind and strength that its name asks for, or that is wished for. It is nowhere but in the answer. */
export function generateSecret({ entropy }: Workspace['runtime'], wish: SecretWish): { value: Secret; recipe: Recipe } {
  const recipe = recipeOfWish(wish);
  return { recipe, value: new Secret(makeSecret(recipe, (length) => entropy.bytes(length))) };
}

export interface StoringSecret extends SecretWish {
  readonly env: string;
  /** See `PlaceRequest.to`. */
  readonly to?: string;
  readonly existing: 'keep' | 'overwrite';
}

export interface StoredSecret extends Stored {
  readonly key: string;
  readonly reference: string;
  readonly recipe: Recipe;
}

/** Makes a secret and puts it into a store. A value that is there is kept (`GATE_REFUSED`) unless it may be overwritten. */
export async function storeGenerated(
  workspace: Workspace,
  request: StoringSecret,
  options: Pick<RunOptions, 'lockWaitMs'> = {},
): Promise<StoredSecret> {
  const { key, env, to, existing } = request;
  const { document } = await workspace.state.read();
  const environment = findTarget(workspace, document, { env });
  const configuration = configurationOf(environment, document.environments[environment.name]);
  const { value, recipe } = generateSecret(workspace.runtime, request);
  await refuseWrongForm(workspace, environment, { key, value, configuration });
  const writer = await workspace.runtime.openSecretWriter(workspace.config);
  const place = secretPlaces({ environment, configuration, writer, ...(to === undefined ? {} : { to }) });
  const reference = await place(key).finally(() => writer.close());
  const keep = (now: AppliedConfiguration) => refuseToReplace(workspace, environment, { key, reference, now });
  const storing = { environment, command: 'env generate', placements: [{ key, value, reference }] };
  const stored = await storeValues(workspace, existing === 'keep' ? { ...storing, allow: keep } : storing, options);
  return { ...stored, key, reference, recipe };
}

function recipeOfWish({ key, format, size }: SecretWish): Recipe {
  refuseBadNames([key]);
  if (publicName(key))
    throw refused(`${key} is public by its name: a secret must have another one`, 'Choose a name without that prefix');
  const usual = recipeFor(key);
  if (!usual && format === undefined)
    throw refused(
      `${key} is handed out by the service that it is for; a made-up one would not work there`,
      `Get it there, then: deployer env fill. One of your own: deployer env generate ${key} --format base64url`,
    );
  const recipe = format === undefined || format === usual?.format ? usual : undefined;
  const { size: normal, ...rest } = recipe ?? recipeOf(format ?? 'base64url');
  const wanted = size ?? normal;
  if (rest.format === 'uuid' && size !== undefined) throw refused('A uuid has one length', 'Leave --length out');
  if (wanted < LEAST || wanted > 1024)
    throw refused(
      `A secret of length ${wanted} is ${wanted < LEAST ? 'weak' : 'too long'}`,
      `Choose ${LEAST} to 1024, or leave --length out`,
    );
  return { ...rest, size: wanted };
}

/** The owner's own rules may want another form. */
async function refuseWrongForm(
  workspace: Workspace,
  environment: EnvironmentConfig,
  { key, value, configuration }: { key: string; value: Secret; configuration: AppliedConfiguration },
): Promise<void> {
  const wanted = await wantedVariables(workspace, environment, { configuration });
  const spec = wanted.find((one) => one.spec.key === key)?.spec ?? specOf(key);
  const flaw = judgeValue(spec, value, { mode: environment.mode }).find(({ level }) => level === 'error');
  if (flaw)
    throw refused(
      `What would be made for ${key} ${flaw.what}`,
      `Choose another --format or --length${flaw.expected ? `: it takes ${flaw.expected}` : ''}`,
    );
}

interface Present {
  readonly key: string;
  readonly reference: string;
  readonly now: AppliedConfiguration;
}

/** Both what the environment has now and what lies where the new one goes. */
async function refuseToReplace(
  workspace: Workspace,
  environment: EnvironmentConfig,
  { key, reference, now }: Present,
): Promise<void> {
  const { variables, flags, secrets } = now;
  const own = Object.hasOwn(secrets, key) ? { [key]: secrets[key] ?? '' } : {};
  const references = { ...own, ...(own[key] === reference ? {} : { [reference]: reference }) };
  const { values, unread } = await presentValues(workspace, environment, {
    ...now,
    secrets: references,
    variables: {},
    flags: {},
  });
  refuseErrors([...unread.values()].filter(({ code }) => code !== 'MISSING_ENV'));
  if (Object.keys(values).length === 0 && !Object.hasOwn(variables, key) && !Object.hasOwn(flags, key)) return;
  throw new DeployerError({
    code: 'GATE_REFUSED',
    reason: `${key} has a value in ${environment.name} already`,
    fix: 'Give --overwrite to replace it; what it was used for, such as signed-in sessions, ends with it',
    stage: 'usage',
  });
}

function refused(reason: string, fix: string): DeployerError {
  return new DeployerError({ code: 'USAGE', reason, fix, stage: 'usage' });
}
