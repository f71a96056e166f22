import { DeployerError, type Failure } from '../../../core/errors.ts';
import { printableLine } from '../../../core/text.ts';

/** No engine there, or none that we may use. Reasons to stop, and interruptions, stay what they are. */
export function reachFailure(endpoint: string, error: unknown): unknown {
  if (!(error instanceof DeployerError)) return error;
  const { failure } = error;
  if (failure.code !== 'PLATFORM_UNAVAILABLE' && failure.code !== 'INSUFFICIENT_PERMISSIONS') return error;
  const words = failure.detail ?? [];
  const denied = failure.code === 'INSUFFICIENT_PERMISSIONS' || words.some((line) => /permission denied/i.test(line));
  return new DeployerError({
    code: denied ? 'INSUFFICIENT_PERMISSIONS' : 'PLATFORM_UNAVAILABLE',
    reason: `The container engine at ${endpoint} cannot be reached: ${words[0] ?? 'the connection failed'}`,
    fix: fixFor(endpoint, denied),
    detail: words.slice(1),
  });
}

function fixFor(endpoint: string, denied: boolean): string {
  if (endpoint.startsWith('ssh:')) return `Try it by hand: DOCKER_HOST=${endpoint} docker version`;
  if (denied) return 'Run as a user who may use the socket, such as a member of the group docker';
  return 'Start the engine, or name another in docker.hosts or DOCKER_HOST';
}

const CODES: Readonly<Record<number, Failure['code']>> = {
  401: 'AUTH_FAILED',
  403: 'INSUFFICIENT_PERMISSIONS',
  404: 'NOT_FOUND',
  429: 'RATE_LIMIT_EXCEEDED',
  502: 'PLATFORM_UNAVAILABLE',
  503: 'PLATFORM_UNAVAILABLE',
  504: 'PLATFORM_UNAVAILABLE',
};

/** An answer that says no. What the engine said about it is detail: it names containers, images and ports. */
export function callFailure(
  endpoint: string,
  doing: string,
  status: number,
  body: { readonly message?: string },
): DeployerError {
  return new DeployerError({
    code: CODES[status] ?? 'DEPLOY_FAILED',
    reason: `The container engine at ${endpoint} could not ${doing} (status ${status})`,
    fix: 'See what it said',
    detail: typeof body.message === 'string' ? [printableLine(body.message.trim())] : [],
  });
}

export function tooOld(endpoint: string, version: string, least: string): DeployerError {
  return new DeployerError({
    code: 'UNSUPPORTED',
    reason: `The container engine at ${endpoint} is too old: its API is ${printableLine(version)}, and ${least} is the least`,
    fix: 'Install Docker Engine 19.03 or newer',
  });
}
