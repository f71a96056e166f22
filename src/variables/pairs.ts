import type { Mode } from '../core/config.ts';
import type { Finding } from '../core/finding.ts';
import { oauthVariable } from './catalogue/oauth.ts';

/** What the variables of an environment are to one that depends on others. */
export interface Company {
  readonly mode: Mode;
  /** Whether a variable has a value, or a reference that has a finding of its own. */
  has(key: string): boolean;
  /** Whether a service says what it needs of it: then it is missing by that, or may be. */
  isNamed(key: string): boolean;
}

interface Pair {
  readonly of: string;
  readonly needs: readonly string[];
  readonly level: Finding['level'];
}

/** The first name of `needs` stands for the others in messages; any of them does. */
const PAIRS: readonly Pair[] = [
  { of: 'AWS_ACCESS_KEY_ID', needs: ['AWS_SECRET_ACCESS_KEY'], level: 'error' },
  { of: 'AWS_SECRET_ACCESS_KEY', needs: ['AWS_ACCESS_KEY_ID'], level: 'error' },
  { of: 'AWS_ACCESS_KEY_ID', needs: ['AWS_REGION', 'AWS_DEFAULT_REGION'], level: 'warning' },
  { of: 'UPSTASH_REDIS_REST_URL', needs: ['UPSTASH_REDIS_REST_TOKEN'], level: 'warning' },
  { of: 'UPSTASH_REDIS_REST_TOKEN', needs: ['UPSTASH_REDIS_REST_URL'], level: 'warning' },
  { of: 'KV_REST_API_URL', needs: ['KV_REST_API_TOKEN'], level: 'warning' },
  { of: 'TWILIO_AUTH_TOKEN', needs: ['TWILIO_ACCOUNT_SID'], level: 'warning' },
];

const SESSIONS = ['NEXTAUTH_SECRET', 'AUTH_SECRET'];

/** Variables without the others that they are of no use without. */
export function lonely(keys: readonly string[], company: Company): Finding[] {
  const alone = keys.flatMap((key) => [
    ...PAIRS.filter(({ of }) => of === key).flatMap((pair) => missing(pair, company)),
    ...missing(oauthPair(key, company), company),
  ]);
  return [...alone, ...callback(keys, company)];
}

/** An id alone does for some ways of signing in, unless Auth.js is what signs in. A secret alone may be a webhook's. */
function oauthPair(key: string, company: Company): Pair | undefined {
  const variable = oauthVariable(key);
  if (!variable || (variable.half === 'secret' && !variable.isAuthJs)) return undefined;
  const isSure = variable.isAuthJs || SESSIONS.some((name) => company.has(name));
  if (variable.isShort && !isSure) return undefined;
  return { of: key, needs: [variable.other], level: isSure ? 'error' : 'warning' };
}

function missing(pair: Pair | undefined, { has, isNamed }: Company): Finding[] {
  const [first, ...others] = pair?.needs ?? [];
  if (!pair || first === undefined || [first, ...others].some((name) => has(name) || isNamed(name))) return [];
  return [
    {
      level: pair.level,
      code: 'MISSING_ENV',
      message: `Missing ENV: ${[first, ...others].join(' or ')} (needed by ${pair.of})`,
      key: first,
      evidence: [`${pair.of} has a value`],
      fix: `Add ${first}, or take ${pair.of} out; where ${pair.of} is enough, say { key: ${first}, optional: true } under env of its service`,
    },
  ];
}

/** Providers send users back to a URL that NextAuth makes from this one. */
function callback(keys: readonly string[], { has, isNamed, mode }: Company): Finding[] {
  const ids = keys.filter((key) => oauthVariable(key)?.half === 'id');
  if (ids.length === 0 || mode !== 'production' || !has('NEXTAUTH_SECRET')) return [];
  if (has('NEXTAUTH_URL') || has('AUTH_URL') || isNamed('NEXTAUTH_URL')) return [];
  return [
    {
      level: 'warning',
      code: 'MISSING_ENV',
      message: 'Missing ENV: NEXTAUTH_URL (needed by sign-ins through OAuth, which come back to it)',
      key: 'NEXTAUTH_URL',
      evidence: ids.map((key) => `${key} has a value`),
      fix: 'Add NEXTAUTH_URL: the URL under which users reach the application',
    },
  ];
}
