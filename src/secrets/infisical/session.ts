import type { HttpAnswer } from '../../core/ports.ts';
import type { ProviderWorld } from '../../core/provider.ts';
import { failure } from '../failure.ts';
import { heldToken } from '../held-token.ts';
import { askStore } from '../store-call.ts';
import { bodyOf, isFine, refusalOf, storeAddress } from '../web-store.ts';
import { INFISICAL } from './answers.ts';

export interface InfisicalRead {
  /** Of one secret; empty for all of a folder. */
  readonly name: string;
  readonly query: Readonly<Record<string, string>>;
}

/** Reads of Infisical as one machine identity. */
export interface InfisicalSession {
  /** Answers success only; throws for everything else. `what` names for messages what is read. */
  get(read: InfisicalRead, what: string, signal: AbortSignal): Promise<HttpAnswer>;
  /** Revokes a token that was logged in for; one that was given stays. Never rejects. */
  close(): Promise<void>;
}

type World = Pick<ProviderWorld, 'environment' | 'http' | 'clock'>;

/** Reads addresses and credentials when it is first used. */
export function infisicalSession(world: World): InfisicalSession {
  const held = heldToken(logIn, revoke);
  return { get, close: held.close };

  async function get(read: InfisicalRead, what: string, signal: AbortSignal): Promise<HttpAnswer> {
    const token = variable('INFISICAL_TOKEN') ?? (await held.take(signal));
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
    const [newer, older] = placesOf(addressOf(world), read);
    const first = await askStore({ store: INFISICAL, url: newer, headers, signal }, world);
    const answer = isUnknownRoute(first)
      ? await askStore({ store: INFISICAL, url: older, headers, signal }, world)
      : first;
    if (isFine(answer)) return answer;
    if (isTokenError(answer))
      throw failure('AUTH_FAILED', `${what}: Infisical does not take the token`, INFISICAL.tokenFix);
    throw refusalOf(answer, what, INFISICAL);
  }

  async function logIn(signal: AbortSignal): Promise<string> {
    const clientId = variable('INFISICAL_UNIVERSAL_AUTH_CLIENT_ID');
    const clientSecret = variable('INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET');
    if (!clientId || !clientSecret) throw failure('AUTH_FAILED', 'There are no credentials for Infisical', LOGIN_FIX);
    const answer = await post('auth/universal-auth/login', { clientId, clientSecret }, signal);
    if ([400, 401, 403, 404, 422].includes(answer.status))
      throw failure('AUTH_FAILED', 'The login at Infisical was refused', LOGIN_FIX);
    if (!isFine(answer)) throw refusalOf(answer, 'The login at Infisical', INFISICAL);
    const { accessToken } = bodyOf(answer);
    if (typeof accessToken === 'string' && accessToken) return accessToken;
    throw failure('INVALID_ENV', 'The login at Infisical: the answer holds no token', 'Check INFISICAL_API_URL');
  }

  function revoke(accessToken: string, signal: AbortSignal): Promise<HttpAnswer> {
    return post('auth/token/revoke', { accessToken }, signal);
  }

  function post(path: string, body: Readonly<Record<string, string>>, signal: AbortSignal): Promise<HttpAnswer> {
    const url = `${addressOf(world)}/api/v1/${path}`;
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    return askStore({ store: INFISICAL, url, method: 'POST', headers, body: JSON.stringify(body), signal }, world);
  }

  /** An empty variable is none: CI sets unknown secrets so. */
  function variable(name: string): string | undefined {
    return world.environment[name]?.trim() || undefined;
  }
}

const LOGIN_FIX =
  'Set INFISICAL_UNIVERSAL_AUTH_CLIENT_ID and INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET of a machine identity, or INFISICAL_TOKEN';

/** Infisical's own command line writes the address with `/api` at its end. */
function addressOf({ environment }: World): string {
  const text = environment['INFISICAL_API_URL']?.trim() || 'https://app.infisical.com';
  return storeAddress(text, INFISICAL).replace(/\/api$/, '');
}

/** The present API, and that of servers before it, which names the project otherwise. */
function placesOf(address: string, { name, query }: InfisicalRead): [string, string] {
  const { projectId = '', ...rest } = query;
  const end = name === '' ? '' : `/${encodeURIComponent(name)}`;
  return [
    `${address}/api/v4/secrets${end}?${new URLSearchParams(query)}`,
    `${address}/api/v3/secrets/raw${end}?${new URLSearchParams({ workspaceId: projectId, ...rest })}`,
  ];
}

/** What the server's framework says of a path that it does not have, unlike of a secret that is not there. */
function isUnknownRoute(answer: HttpAnswer): boolean {
  const { message } = bodyOf(answer);
  return answer.status === 404 && typeof message === 'string' && /^Route \w+:/.test(message);
}

/** An expired token is a 403 of its own kind. */
function isTokenError(answer: HttpAnswer): boolean {
  return answer.status === 403 && bodyOf(answer)['error'] === 'TokenError';
}
