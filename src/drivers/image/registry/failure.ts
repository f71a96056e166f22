import type { ErrorCode } from '../../../core/error-codes.ts';
import { DeployerError } from '../../../core/errors.ts';

interface Meaning {
  readonly words: RegExp;
  readonly code: ErrorCode;
  /** After the registry's name. */
  readonly what: string;
  readonly fix: string | keyof RegistryFixes;
}

/** What helps at one registry, in the words of its driver's options. */
export interface RegistryFixes {
  readonly account: string;
  readonly rights: string;
  readonly name: string;
}

/** What engines say when a registry does not do what they ask of it: texts only, under any status. The first one that fits counts. */
const MEANINGS: readonly Meaning[] = [
  {
    words: /HTTP response to HTTPS client/,
    code: 'PLATFORM_UNAVAILABLE',
    what: 'does not speak HTTPS',
    fix: 'Give it a certificate, or name it among the insecure-registries of the engine',
  },
  {
    words: /x509|tls: /,
    code: 'PLATFORM_UNAVAILABLE',
    what: 'has a certificate that the engine does not trust',
    fix: 'Put its authority into /etc/docker/certs.d of the machine that has the engine',
  },
  {
    words: /no basic auth credentials|unauthorized|authentication required|incorrect username or password/i,
    code: 'AUTH_FAILED',
    what: 'refused the account',
    fix: 'account',
  },
  {
    words: /denied|insufficient.scope|forbidden/i,
    code: 'INSUFFICIENT_PERMISSIONS',
    what: 'does not let the account do that',
    fix: 'rights',
  },
  {
    words: /too ?many ?requests/i,
    code: 'RATE_LIMIT_EXCEEDED',
    what: 'was asked too often',
    fix: 'Wait, or use an account with a higher limit',
  },
  {
    words: /manifest unknown|manifest for .* not found|name unknown|not found: /i,
    code: 'NOT_FOUND',
    what: 'does not have it',
    fix: 'See what it said',
  },
  {
    words: /connection refused|no such host|no route to host|unreachable|timeout|timed out|connection reset|\bEOF\b/i,
    code: 'PLATFORM_UNAVAILABLE',
    what: 'cannot be reached from the engine',
    fix: 'name',
  },
];

/** Codes that an engine's own refusals and lines have; others are about the engine. */
const TOLD = new Set<ErrorCode>(['DEPLOY_FAILED', 'AUTH_FAILED', 'NOT_FOUND', 'INSUFFICIENT_PERMISSIONS']);

/** The same failure, by what the registry's answer means; what was said stays as detail. */
export function registryFailure(
  { host, fixes }: { readonly host: string; readonly fixes: RegistryFixes },
  error: unknown,
): unknown {
  if (!(error instanceof DeployerError) || !TOLD.has(error.code)) return error;
  const { reason, detail = [] } = error.failure;
  const meaning = MEANINGS.find(({ words }) => detail.some((line) => words.test(line)));
  if (!meaning) return error;
  const { code, what, fix } = meaning;
  return new DeployerError({
    code,
    stage: 'deploy',
    reason: `${reason}: the registry ${host} ${what}`,
    fix: isOwn(fix) ? fixes[fix] : fix,
    detail,
  });
}

function isOwn(fix: string): fix is keyof RegistryFixes {
  return fix === 'account' || fix === 'rights' || fix === 'name';
}
