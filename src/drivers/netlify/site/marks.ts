import type { Target } from '../../../core/driver.ts';
import type { Netlify, Query } from '../api/client.ts';
import type { SiteView, VariableView } from '../api/types.ts';
import { KEPT, MARK, markOf, part } from '../names.ts';

/** Where the variables of a site are; they belong to its team. */
export function variablesPath({ account_id, account_slug }: SiteView, key?: string): string {
  const base = `/accounts/${part(account_id ?? account_slug ?? '')}/env`;
  return key === undefined ? base : `${base}/${part(key)}`;
}

export function ofSite({ id }: SiteView): Query {
  return { site_id: id };
}

export async function listVariables(api: Netlify, site: SiteView): Promise<readonly VariableView[]> {
  const { body } = await api.call<readonly VariableView[]>('GET', variablesPath(site), {
    doing: `list the variables of ${site.name}`,
    query: ofSite(site),
    member: 'length',
  });
  return body;
}

/** Says for whom the site was made. */
export function setMark(api: Netlify, site: SiteView, target: Target): Promise<void> {
  return setNote(api, site, { key: MARK, value: markOf(target) });
}

/** Names of the variables that we keep in a site. */
export function keptNames(variables: readonly VariableView[]): readonly string[] {
  const note = variables.find(({ key }) => key === KEPT);
  return (note?.values?.find(({ context }) => context === 'dev')?.value ?? '').split(',').filter((name) => name !== '');
}

export function setKeptNames(api: Netlify, site: SiteView, names: readonly string[]): Promise<void> {
  return setNote(api, site, { key: KEPT, value: [...names].sort().join(',') });
}

export async function removeVariable(api: Netlify, site: SiteView, key: string): Promise<void> {
  const given = { doing: `remove ${key}`, query: ofSite(site), accept: [404] };
  await api.call('DELETE', variablesPath(site, key), given);
}

/** A variable that no deploy ever sees: it is for local development alone. Netlify keeps nothing else for us with a site. */
export async function setNote(
  api: Netlify,
  site: SiteView,
  { key, value }: { readonly key: string; readonly value: string },
): Promise<void> {
  const body = { key, values: [{ context: 'dev', value }], is_secret: false };
  const given = { doing: `keep ${key} in ${site.name}`, query: ofSite(site) };
  const fresh = { ...given, body: [body], accept: [409, 422] };
  const { status } = await api.call('POST', variablesPath(site), fresh);
  if (status < 400) return;
  await api.call('PUT', variablesPath(site, key), { ...given, body, repeat: 'always' });
}
