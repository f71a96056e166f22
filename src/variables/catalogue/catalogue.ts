import type { Requirement } from '../../core/config.ts';
import { publicName } from '../../core/public-name.ts';
import { namesSecret } from '../../core/secret-name.ts';
import type { VariableSpec } from '../../core/variable-spec.ts';
import { DATABASES } from './databases.ts';
import type { KnownVariable } from './entry.ts';
import { MODELS } from './models.ts';
import { knownOAuth } from './oauth.ts';
import { SERVICES } from './services.ts';
import { SIGN_IN } from './sign-in.ts';

const KNOWN = new Map<string, KnownVariable>([...DATABASES, ...SIGN_IN, ...MODELS, ...SERVICES]);

/** Names of the catalogue; of those for OAuth and those with a public prefix there are more than these. */
export const KNOWN_NAMES: readonly string[] = [...KNOWN.keys()];

/** What is known of a variable by its name, with or without a public prefix; `undefined` for one that nobody knows. */
export function known(key: string): KnownVariable | undefined {
  const bare = publicName(key)?.bare ?? key;
  return KNOWN.get(key) ?? KNOWN.get(bare) ?? knownOAuth(bare);
}

/** All that is known of a variable that a service asks for: what its owner says goes before what the catalogue does. */
export function specOf(entry: Requirement | string): VariableSpec {
  const { key, optional, ...own } = typeof entry === 'string' ? { key: entry, optional: false } : entry;
  const { description, example, sensitive } = known(key) ?? { sensitive: namesSecret(key.toUpperCase()) };
  return {
    key,
    required: !optional,
    sensitive,
    ...(description === undefined ? {} : { description }),
    ...(example === undefined ? {} : { example }),
    ...own,
  };
}
