import { doubtful, type Flaw, type Kind, standIn, wrong } from './kind.ts';
import { isPlaceholder, untidy } from './text.ts';

const SEGMENT = /^[\w-]+$/;

/** What the middle of a JSON Web Token says; `undefined` for what is none. Its signature is nobody's matter here. */
export function claimsOf(value: string): Readonly<Record<string, unknown>> | undefined {
  const [head, body, signature, ...more] = value.split('.');
  if (!head || !body || !signature || more.length > 0) return undefined;
  if (![head, body, signature].every((segment) => SEGMENT.test(segment))) return undefined;
  return objectOf(head)?.['alg'] === undefined ? undefined : objectOf(body);
}

function objectOf(segment: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(segment, 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

export const jwt: Kind = {
  expected: 'a JSON Web Token: three parts joined by dots',
  flaw(value) {
    return (
      untidy(value, this.expected) ?? (claimsOf(value) ? undefined : standIn('is no JSON Web Token', this.expected))
    );
  },
};

/** A key of Supabase: a JSON Web Token with a role, or one of the newer keys. */
function supabaseKey(role: string, start: string, forbidden?: Flaw): Kind {
  const expected = `a key of Supabase: a JSON Web Token of the role ${role}, or ${start}…`;
  return {
    expected,
    flaw(value) {
      const flaw = untidy(value, expected);
      if (flaw || value.startsWith(start)) return flaw;
      if (isSupabaseSecret(value)) return forbidden;
      const claims = claimsOf(value);
      if (!claims) return standIn('has not the form of such a key', expected);
      const isOther = typeof claims['role'] === 'string' && claims['role'] !== role;
      return isOther ? doubtful('is a key of another role', expected) : undefined;
    },
  };
}

/** Whether it lets its holder past all rules of the database. */
export function isSupabaseSecret(value: string): boolean {
  return value.startsWith('sb_secret_') || claimsOf(value)?.['role'] === 'service_role';
}

const PUBLIC_ROLE = 'a key of the role anon, or sb_publishable_…';

export const supabasePublic = supabaseKey(
  'anon',
  'sb_publishable_',
  wrong('is the secret key of Supabase, which nobody may see', PUBLIC_ROLE),
);

export const supabaseSecret = supabaseKey('service_role', 'sb_secret_');

const STRONG = 'at least 32 characters that nobody can guess';
const GUESSED =
  /^(secret|password|passw0rd|admin|test|default|qwerty|12345\d*|abc123|letmein|supersecret|keyboard ?cat)\W*$/i;

/** Fewer different characters than this make no secret. */
const LEAST_DIFFERENT = 5;

/** A secret that the project makes itself: to sign or to encrypt with. */
export const ownSecret: Kind = {
  expected: STRONG,
  flaw(value, mode) {
    const flaw = guessable(value);
    if (flaw) return mode === 'production' ? flaw : { ...flaw, level: 'warning' };
    return value.length < 32 ? doubtful('is shorter than 32 characters', STRONG) : undefined;
  },
};

function guessable(value: string): Flaw | undefined {
  if (value === '') return wrong('is empty', STRONG);
  if (isPlaceholder(value)) return wrong('still has a placeholder', STRONG);
  const isKnown = value.length < 64 && GUESSED.test(value);
  if (isKnown || value.length < 8) return wrong('is easy to guess', STRONG);
  return new Set(value).size < LEAST_DIFFERENT ? wrong('is easy to guess', STRONG) : undefined;
}
