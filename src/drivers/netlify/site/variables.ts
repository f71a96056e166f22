import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { reveal, Secret, type Variables, type VariableValue } from '../../../core/secret.ts';
import { list } from '../../../core/text.ts';
import { Netlify } from '../api/client.ts';
import type { SiteView, ValueView, VariableView } from '../api/types.ts';
import { KEPT, part, sideOf } from '../names.ts';
import { readOptions } from '../options.ts';
import { keptNames, listVariables, ofSite, removeVariable, setKeptNames, variablesPath } from './marks.ts';
import { requireSite } from './site.ts';

const NAME = /^[a-zA-Z][a-zA-Z0-9_]{0,254}$/;
const RESERVED = /^(?:AWS_LAMBDA_|INCOMING_HOOK_)/;
const RESERVED_NAMES = new Set([
  ...['NETLIFY', 'BUILD_ID', 'CONTEXT', 'REPOSITORY_URL', 'BRANCH', 'HEAD', 'COMMIT_REF', 'CACHED_COMMIT_REF'],
  ...['PULL_REQUEST', 'REVIEW_ID', 'URL', 'DEPLOY_URL', 'DEPLOY_PRIME_URL', 'DEPLOY_ID', 'SITE_NAME', 'SITE_ID'],
  ...['NETLIFY_IMAGES_CDN_DOMAIN', 'AWS_REGION', 'AWS_EXECUTION_ENV', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
  'AWS_SESSION_TOKEN',
]);
/** Contexts beside production that a value for all of them stands for. */
const OTHERS = ['dev', 'dev-server', 'branch-deploy', 'deploy-preview'] as const;
const REFUSED = { code: 'INVALID_ENV', fix: 'Correct the variable it names' } as const;

/**
 * Brings the site's variables of the context `production` to the wanted set, for whoever builds there by git. Those of
 * previews go with each deploy instead, since all branch deploys of a site share one context.
 */
export async function configure(
  target: Target,
  variables: Variables,
  context: DriverContext,
): Promise<{ readonly names: readonly string[] }> {
  const wanted = usedVariables(target, variables);
  refuseReserved(wanted, target);
  const names = Object.keys(wanted).sort();
  if (sideOf(target) === 'preview') return { names };
  const api = new Netlify(context);
  const site = await requireSite(api, target);
  const present = await listVariables(api, site);
  const before = keptNames(present);
  if (names.length === 0 && before.length === 0) return { names };
  // Noted first: what is set by an attempt that is cut off can be removed by the next.
  const all = [...new Set([...before, ...names])];
  if (all.length > before.length) await setKeptNames(api, site, all);
  await bring(api, { site, target, present }, wanted);
  const gone = before.filter((name) => !Object.hasOwn(wanted, name));
  for (const name of gone) await removeValue(api, site, present, name);
  if (gone.length > 0) {
    await (names.length > 0 ? setKeptNames(api, site, names) : removeVariable(api, site, KEPT));
    context.log(`removed ${list(gone)}`);
  }
  return { names };
}

/** Nothing reads variables where files are only served: they stay here. */
export function usedVariables({ service }: Target, variables: Variables): Variables {
  return readOptions(service.options).content === 'static' ? {} : variables;
}

/** Netlify has been seen to leave such out without a word. */
export function refuseReserved(variables: Variables, { service }: Target): void {
  const names = Object.keys(variables);
  const wrong = names.filter((name) => !NAME.test(name) || RESERVED.test(name) || RESERVED_NAMES.has(name));
  if (wrong.length === 0) return;
  throw new DeployerError({
    code: 'INVALID_ENV',
    reason: `Netlify keeps ${list(wrong)} to itself, or takes no such name: ${service.name} cannot have it`,
    fix: 'Give the variable another name',
  });
}

/** Variables that were put there for this target, and by us. */
export async function removeVariables(api: Netlify, site: SiteView): Promise<void> {
  const present = await listVariables(api, site);
  const kept = keptNames(present);
  for (const name of kept) await removeValue(api, site, present, name);
  if (kept.length > 0) await removeVariable(api, site, KEPT);
}

interface Place {
  readonly site: SiteView;
  readonly target: Target;
  readonly present: readonly VariableView[];
}

async function bring(api: Netlify, { site, target, present }: Place, wanted: Variables): Promise<void> {
  const { scopes } = readOptions(target.service.options);
  const fresh: object[] = [];
  for (const [key, value] of Object.entries(wanted)) {
    const there = present.find((one) => one.key === key);
    if (!there)
      fresh.push({ key, ...scoped(scopes, value), values: [ours(value)], is_secret: value instanceof Secret });
    else if (!isSame(there, value)) await change(api, site, { there, value, wanted });
  }
  if (fresh.length === 0) return;
  await api.call('POST', variablesPath(site), {
    doing: `set the variables of ${site.name}`,
    query: ofSite(site),
    body: fresh,
    refusal: REFUSED,
    values: wanted,
  });
}

/** A secret cannot be read again, so it is set again. */
function isSame({ values, is_secret }: VariableView, wanted: VariableValue): boolean {
  const value = (values ?? []).find(({ context }) => context === 'production');
  return !is_secret && !(wanted instanceof Secret) && value?.value === wanted;
}

/** One that is for all contexts is divided: the others keep the value they have. */
async function change(
  api: Netlify,
  site: SiteView,
  given: { readonly there: VariableView; readonly value: VariableValue; readonly wanted: Variables },
): Promise<void> {
  const { there, value, wanted } = given;
  const path = variablesPath(site, there.key);
  const common = { doing: `set ${there.key}`, query: ofSite(site), refusal: REFUSED, values: wanted } as const;
  const becomesSecret = value instanceof Secret && !there.is_secret;
  const values = there.values ?? [];
  if (!becomesSecret && !values.some(({ context }) => context === 'all'))
    return void (await api.call('PATCH', path, { ...common, body: ours(value), repeat: 'always' }));
  const others = values.flatMap(divided).filter(({ context }) => context !== 'production');
  const body = {
    key: there.key,
    ...scoped(there.scopes ?? undefined, value),
    values: [ours(value), ...others],
    is_secret: becomesSecret || there.is_secret === true,
  };
  await api.call('PUT', path, { ...common, body, repeat: 'always' });
}

/** A secret is nothing for post-processing. */
function scoped(scopes: readonly string[] | undefined, value: VariableValue): { readonly scopes?: readonly string[] } {
  const fitting = scopes?.filter((scope) => !(value instanceof Secret) || !scope.startsWith('post'));
  return fitting && fitting.length > 0 ? { scopes: fitting } : {};
}

function divided({ value, context, context_parameter }: ValueView): readonly Omit<ValueView, 'id'>[] {
  if (context === 'all') return OTHERS.map((one) => ({ context: one, value: value ?? '' }));
  return [{ context, value: value ?? '', ...(context_parameter ? { context_parameter } : {}) }];
}

function ours(value: VariableValue): { readonly context: string; readonly value: string } {
  return { context: 'production', value: reveal(value) };
}

/** Leaves a variable to the contexts that others have set it for. */
async function removeValue(
  api: Netlify,
  site: SiteView,
  present: readonly VariableView[],
  name: string,
): Promise<void> {
  const values = present.find(({ key }) => key === name)?.values ?? [];
  const mine = values.find(({ context }) => context === 'production');
  if (!mine) return;
  if (values.length === 1 || mine.id === undefined) return removeVariable(api, site, name);
  const path = `${variablesPath(site, name)}/value/${part(mine.id)}`;
  await api.call('DELETE', path, { doing: `remove ${name}`, query: ofSite(site), accept: [404] });
}
