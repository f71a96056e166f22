import type { ErrorCode } from '../../../core/error-codes.ts';
import { DeployerError } from '../../../core/errors.ts';

interface Meaning {
  readonly words: RegExp;
  readonly code: ErrorCode;
  /** After the registry's name. */
  readonly what: string;
  readonly fix: string;
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
    fix: 'Correct docker.registry.username and what docker.registry.password refers to, or run docker login',
  },
  {
    words: /denied|insufficient.scope|forbidden/i,
    code: 'INSUFFICIENT_PERMISSIONS',
    what: 'does not let the account do that',
    fix: 'Give the account of docker.registry the right to push and to pull there, or correct the repository',
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
    fix: 'Start it, or correct the name in docker.registry.repository',
  },
];

/** Codes that an engine's own refusals and lines have; others are about the engine. */
const TOLD = new Set<ErrorCode>(['DEPLOY_FAILED', 'AUTH_FAILED', 'NOT_FOUND', 'INSUFFICIENT_PERMISSIONS']);

/** The same failure, by what the registry's answer means; what was said stays as detail. */
export function registryFailure(registry: string, error: unknown): unknown {
  if (!(error instanceof DeployerError) || !TOLD.has(error.code)) return error;
  const { reason, detail = [] } = error.failure;
  const meaning = MEANINGS.find(({ words }) => detail.some((line) => words.test(line)));
  if (!meaning) return error;
  const { code, what, fix } = meaning;
  return new DeployerError({
    code,
    stage: 'deploy',
    reason: `${reason}: the registry ${registry} ${what}`,
    fix,
    detail,
  });
}
