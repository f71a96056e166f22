import type { Requirement, ServiceConfig } from '../core/config.ts';
import { publicName } from '../core/public-name.ts';
import { reveal, Secret, type Variables, type VariableValue } from '../core/secret.ts';
import { looksSecret } from '../core/secret-name.ts';
import { known, specOf } from '../variables/catalogue/catalogue.ts';
import { hasSecretForm } from '../variables/exposed.ts';
import { isPlaceholder } from '../variables/kinds/text.ts';

/** Both letters and digits, and no blanks: nobody writes such a text by chance. */
const RANDOM = /^(?=.*\d)(?=.*[A-Za-z])\S{16,}$/;
/** Without a password in it: where a database on this machine is may stand in any example. */
const ADDRESS = /^(?:[a-z][a-z0-9+.-]*:\/\/|file:|sqlite:)/i;

/**
 * The secrets that a service's files must not hold, by the names of their variables. Stores also keep what is none, such as
 * an address: so a value counts that is one by what is known of its variable, by its form, or since it looks made up.
 * Left out is what everybody may see: values of plain variables, and of names whose prefix says so.
 */
export function soughtSecrets(
  service: ServiceConfig,
  services: readonly ServiceConfig[],
  variables: Variables,
): ReadonlyMap<string, string> {
  const entries = services.flatMap(({ env }) => env);
  const all = Object.entries(variables);
  const seen = new Set(all.flatMap(([key, value]) => (isSeen(key, value) ? [reveal(value)] : [])));
  const hidden = all.filter(([key, value]) => !isSeen(key, value) && !service.build.may_contain?.includes(key));
  const values = hidden.map(([key, value]) => [key, reveal(value)] as const);
  return new Map(values.filter(([key, value]) => !seen.has(value) && isSecret(key, value, entries)));
}

function isSeen(key: string, value: VariableValue): boolean {
  return publicName(key) !== undefined || !(value instanceof Secret);
}

function isSecret(key: string, value: string, entries: readonly Requirement[]): boolean {
  const said = entries.find((entry) => entry.key === key && entry.sensitive !== undefined)?.sensitive;
  if (said !== undefined) return said;
  if (isPlaceholder(value)) return false;
  if (looksSecret(key, value) || hasSecretForm(value)) return true;
  if (ADDRESS.test(value)) return false;
  return specOf(key).sensitive || (known(key) === undefined && RANDOM.test(value));
}
