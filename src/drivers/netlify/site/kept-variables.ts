import type { DriverContext, Target } from '../../../core/driver.ts';
import type { KeptVariable } from '../../../core/inspection.ts';
import { Secret } from '../../../core/secret.ts';
import { Netlify } from '../api/client.ts';
import type { VariableView } from '../api/types.ts';
import { sideOf } from '../names.ts';
import { readOptions } from '../options.ts';
import { keptNames, listVariables } from './marks.ts';
import { findSite } from './site.ts';

/** The site's variables of the context `production`: those of previews go with each deploy. */
export async function keptVariables(
  target: Target,
  context: DriverContext,
): Promise<readonly KeptVariable[] | undefined> {
  if (sideOf(target) === 'preview' || readOptions(target.service.options).content === 'static') return undefined;
  const api = new Netlify(context);
  const site = await findSite(api, target);
  if (!site) return undefined;
  const present = await listVariables(api, site);
  const names = new Set(keptNames(present));
  return present.flatMap((variable) => keptVariable(variable, names));
}

function keptVariable({ key, values, is_secret }: VariableView, names: ReadonlySet<string>): KeptVariable[] {
  const own = (values ?? []).find(({ context }) => context === 'production');
  const value = own ?? (values ?? []).find(({ context }) => context === 'all');
  if (!value) return [];
  const readable = is_secret !== true && typeof value.value === 'string';
  return [
    {
      name: key,
      ours: own !== undefined && names.has(key),
      ...(readable ? { value: new Secret(value.value ?? '') } : {}),
    },
  ];
}
