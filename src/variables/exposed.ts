import { publicName } from '../core/public-name.ts';
import { doubtful, type Flaw, wrong } from './kinds/kind.ts';
import { isSupabaseSecret } from './kinds/tokens.ts';
import { urlParts } from './kinds/urls.ts';

/** `PUBLIC_KEY`: may be the half of a pair of keys that servers give each other. */
const AMBIGUOUS = 'PUBLIC_';

/** How values begin that nobody may see. */
const SECRET_FORMS: readonly RegExp[] = [
  /^(sk|rk)_(live|test)_/,
  /^sk-(ant|proj|svcacct|admin|or)-/,
  /^sk-[A-Za-z0-9]{20,}$/,
  /^whsec_/,
  /^(gh[opsu]_|github_pat_|glpat-)/,
  /^xox[abps]-/,
  /^SG\.[\w-]{10,}/,
  /^re_[A-Za-z0-9]+_[A-Za-z0-9]{10,}$/,
  /^(gsk_|hf_|r8_|vercel_blob_rw_|shpat_|dop_v1_|npm_)[A-Za-z0-9]/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
];

/** Whether a value has the form of a key, or a URL with a password, that nobody may see. */
export function hasSecretForm(value: string): boolean {
  const text = value.trim();
  return SECRET_FORMS.some((form) => form.test(text)) || urlParts(text)?.hasPassword === true || isSupabaseSecret(text);
}

export interface Exposure {
  readonly key: string;
  readonly value: string;
  /** By its owner, the catalogue, or its name. */
  readonly sensitive: boolean;
  /** Whether the catalogue knows it: then it says whether it may be seen. */
  readonly isKnown: boolean;
  readonly comesFromSecrets: boolean;
}

/** Why a value must not be where everybody gets it by the prefix of its name. */
export function exposedFlaw({ key, value, sensitive, isKnown, comesFromSecrets }: Exposure): Flaw | undefined {
  const name = publicName(key);
  if (!name) return undefined;
  const reason = `its prefix ${name.prefix} lets ${name.tool} put it into what every visitor loads`;
  const fix = `Rename it to ${name.bare} and read it on the server only; if it was ever deployed, replace the secret`;
  if (hasSecretForm(value)) return { ...wrong(`has the form of a secret, and ${reason}`), fix };
  if (sensitive) return { ...doubtful(`is a secret by its name, and ${reason}`), fix };
  if (isKnown || !comesFromSecrets || name.prefix === AMBIGUOUS) return undefined;
  return {
    ...doubtful(`is kept among the secrets, but ${reason}`),
    fix: `Move it to variables, as "\${env:NAME}" when it comes from outside; a secret needs another name`,
  };
}
