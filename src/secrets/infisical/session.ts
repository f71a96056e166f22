import type { DeployerError } from '../../core/errors.ts';
import type { HttpAnswer } from '../../core/ports.ts';
import type { ProviderWorld } from '../../core/provider.ts';
import { failure } from '../failure.ts';
import { heldToken } from '../held-token.ts';
import { askStore, type StoreRequest } from '../store-call.ts';
import { bodyOf, isFine, refusalOf, storeAddress } from '../web-store.ts';
import { INFISICAL, INFISICAL_WRITES } from './answers.ts';

export interface InfisicalRead {
  /** Of one secret; empty for all of a folder. */
  readonly name: string;
  readonly query: Readonly<Record<string, string>>;
}

export interface InfisicalWrite {
  readonly method: 'POST' | 'PATCH';
  readonly name: string;
  readonly body: Readonly<Record<string, string>>;
}

/** Reads and writes of Infisical as one machine identity. */
export interface InfisicalSession {
  /** Answers success only; throws for everything else. `what` names for messages what is read. */
  get(read: InfisicalRead, what: string, signal: AbortSignal): Promise<HttpAnswer>;
  /** Sent once. Answers 400, 404 and 409 too: who else writes there may be why. */
  put(write: InfisicalWrite, what: string, signal: AbortSignal): Promise<HttpAnswer>;
  /** Revokes a token that was logged in for; one that was given stays. Never rejects. */
  close(): Promise<void>;
}

type Call = Pick<StoreRequest, 'url' | 'method' | 'headers' | 'body' | 'tries'>;
type World = Pick<ProviderWorld, 'environment' | 'http' | 'clock'>;

/** Reads addresses and credentials when it is first used. */
export function infisicalSession(world: World): InfisicalSession {
  const held = heldToken(logIn, revoke);
  return { get, put, close: held.close };

  async function get(read: InfisicalRead, what: string, signal: AbortSignal): Promise<HttpAnswer> {
    const answer = await ask(readsOf(addressOf(world), read), signal);
    if (isFine(answer)) return answer;
    throw troubleOf(answer, what);
  }

  async function put(write: InfisicalWrite, what: string, signal: AbortSignal): Promise<HttpAnswer> {
    const answer = await ask(writesOf(addressOf(world), write), signal);
    if (isFine(answer) || [400, 404, 409].includes(answer.status)) return answer;
    throw troubleOf(answer, what, INFISICAL_WRITES);
  }

  async function ask([newer, older]: readonly [Call, Call], signal: AbortSignal): Promise<HttpAnswer> {
    const token = variable('INFISICAL_TOKEN') ?? (await held.take(signal));
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
    const send = (call: Call) =>
      askStore({ store: INFISICAL, ...call, headers: { ...headers, ...call.headers }, signal }, world);
    const first = await send(newer);
    return isUnknownRoute(first) ? send(older) : first;
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
function readsOf(address: string, { name, query }: InfisicalRead): [Call, Call] {
  const [newer, older] = placesOf(address, name);
  return [
    { url: `${newer}?${new URLSearchParams(query)}` },
    { url: `${older}?${new URLSearchParams(asBefore(query))}` },
  ];
}

function writesOf(address: string, { name, method, body }: InfisicalWrite): [Call, Call] {
  const [newer, older] = placesOf(address, name);
  const sent = { method, headers: { 'content-type': 'application/json' }, tries: 'one' } as const;
  return [
    { url: newer, body: JSON.stringify(body), ...sent },
    { url: older, body: JSON.stringify(asBefore(body)), ...sent },
  ];
}

function placesOf(address: string, name: string): [string, string] {
  const end = name === '' ? '' : `/${encodeURIComponent(name)}`;
  return [`${address}/api/v4/secrets${end}`, `${address}/api/v3/secrets/raw${end}`];
}

function asBefore({ projectId = '', ...rest }: Readonly<Record<string, string>>): Record<string, string> {
  return { workspaceId: projectId, ...rest };
}

/** What an answer means that is no success; never with its words. */
function troubleOf(answer: HttpAnswer, what: string, store = INFISICAL): DeployerError {
  if (isTokenError(answer))
    return failure('AUTH_FAILED', `${what}: Infisical does not take the token`, INFISICAL.tokenFix);
  return refusalOf(answer, what, store);
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
