import type { HttpAnswer } from '../../core/ports.ts';
import type { ProviderWorld } from '../../core/provider.ts';
import { failure } from '../failure.ts';
import { asFields } from '../fields.ts';
import { heldToken } from '../held-token.ts';
import { askStore } from '../store-call.ts';
import { bodyOf, isFine } from '../web-store.ts';
import { type Credentials, type VaultAccess, vaultAccess } from './access.ts';
import { troubleOf, VAULT } from './answers.ts';
import { encodePath } from './path.ts';

/** Reads and writes of Vault as one user. */
export interface VaultSession {
  /**
   * `path` below `/v1/`, with its query; `what` names for messages what is read. Answers success or 404; throws for everything
   * else: `AUTH_FAILED`, `INSUFFICIENT_PERMISSIONS`, `PLATFORM_UNAVAILABLE`, `RATE_LIMIT_EXCEEDED`, `INVALID_ENV`.
   */
  get(path: string, what: string, signal: AbortSignal): Promise<HttpAnswer>;
  /** The same for what is written as JSON; it may be sent twice. Answers 400 too. */
  put(path: string, written: Written, signal: AbortSignal): Promise<HttpAnswer>;
  /** Revokes a token that was logged in for; one that was given stays. A later read logs in again. Never rejects. */
  close(): Promise<void>;
}

export interface Written {
  readonly body: string;
  readonly what: string;
}

type World = Pick<ProviderWorld, 'environment' | 'http' | 'clock'>;
type Login = Extract<Credentials, { kind: 'login' }>;

/** Reads addresses and credentials when it is first used. */
export function vaultSession(world: World): VaultSession {
  const held = heldToken(logIn, revoke);
  return { get, put, close: held.close };

  async function get(path: string, what: string, signal: AbortSignal): Promise<HttpAnswer> {
    const answer = await ask({ path, signal }, { what, right: 'read' });
    if (isFine(answer) || answer.status === 404) return answer;
    throw troubleOf(answer, what);
  }

  async function put(path: string, { body, what }: Written, signal: AbortSignal): Promise<HttpAnswer> {
    const answer = await ask({ path, method: 'POST', body, signal }, { what, right: 'write' });
    if (isFine(answer) || answer.status === 400 || answer.status === 404) return answer;
    throw troubleOf(answer, what);
  }

  async function ask(call: Call, wish: Wish): Promise<HttpAnswer> {
    const access = vaultAccess(world.environment);
    const { credentials } = access;
    const token = credentials.kind === 'token' ? credentials.token : await held.take(call.signal);
    const answer = await send(access, { ...call, token });
    if (answer.status !== 403) return answer;
    throw await refusal(access, { token, signal: call.signal }, wish);
  }

  async function logIn(signal: AbortSignal): Promise<string> {
    const access = vaultAccess(world.environment);
    const { method, mount, body } = access.credentials as Login;
    const what = `The ${method} login`;
    const path = `auth/${encodePath(mount)}/login`;
    const answer = await send(access, { path, method: 'POST', body: JSON.stringify(body), signal });
    if ([400, 401, 403, 404].includes(answer.status))
      throw failure('AUTH_FAILED', `${what} at Vault was refused`, LOGIN_FIX);
    if (!isFine(answer)) throw troubleOf(answer, what);
    const token = asFields(bodyOf(answer)['auth'])?.['client_token'];
    if (typeof token === 'string' && token) return token;
    throw failure(
      'INVALID_ENV',
      `${what}: the answer holds no token`,
      'Check that VAULT_ADDR is the address of Vault itself',
    );
  }

  /** Vault has one answer for a token without the right and for one that it does not know. */
  async function refusal(access: VaultAccess, call: Omit<Call, 'path'>, { what, right }: Wish) {
    const self = await send(access, { ...call, path: 'auth/token/lookup-self' });
    if (self.status === 403) return failure('AUTH_FAILED', `${what}: Vault does not take the token`, VAULT.tokenFix);
    const reason = `${what}: the token has no right to ${right} there, or there is no such store`;
    const policy = right === 'read' ? '"read"' : '"read", "create" and "update"';
    const fix = `Give its policy ${policy} there, and check path and VAULT_NAMESPACE`;
    return failure('INSUFFICIENT_PERMISSIONS', reason, fix);
  }

  async function revoke(token: string, signal: AbortSignal): Promise<void> {
    const access = vaultAccess(world.environment);
    await send(access, { path: 'auth/token/revoke-self', method: 'POST', token, signal });
  }

  function send(access: VaultAccess, call: Call): Promise<HttpAnswer> {
    const { path, token, method, body, signal } = call;
    const headers = headersOf(access, token, body);
    const url = `${access.address}/v1/${path}`;
    return askStore(
      { store: VAULT, url, headers, signal, ...(method ? { method } : {}), ...(body ? { body } : {}) },
      world,
    );
  }
}

interface Call {
  readonly path: string;
  readonly token?: string;
  readonly method?: 'POST';
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** For messages: what was asked for, and the right that it takes. */
interface Wish {
  readonly what: string;
  readonly right: 'read' | 'write';
}

const LOGIN_FIX =
  'Check VAULT_ROLE_ID and VAULT_SECRET_ID, or VAULT_JWT and VAULT_AUTH_ROLE; VAULT_AUTH_PATH where the method is mounted elsewhere';

/** `X-Vault-Request` is what agents of Vault may ask for, against requests that a browser was tricked into. */
function headersOf({ namespace }: VaultAccess, token: string | undefined, body: string | undefined) {
  return {
    'x-vault-request': 'true',
    ...(namespace ? { 'x-vault-namespace': namespace } : {}),
    ...(token ? { 'x-vault-token': token } : {}),
    ...(body ? { 'content-type': 'application/json' } : {}),
  };
}
