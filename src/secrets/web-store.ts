import type { DeployerError } from '../core/errors.ts';
import type { HttpAnswer } from '../core/ports.ts';
import { failure } from './failure.ts';
import { asFields, type Fields } from './fields.ts';

/** A store of secrets that is asked over HTTP, in words for messages. */
export interface WebStore {
  readonly name: string;
  /** The variable that holds its address. */
  readonly addressVariable: string;
  /** What to do about a token that is not taken. */
  readonly tokenFix: string;
  /** What is done there, for messages: a read unless given. */
  readonly does?: 'read' | 'write';
  /** What to do when the token has no right to do so. */
  readonly rightsFix: string;
}

/**
 * The address of a store, without a slash at the end. Tokens go over TLS, or do not leave the machine. Throws
 * `INVALID_CONFIG` without showing the address, for it may hold a password.
 */
export function storeAddress(text: string, store: Pick<WebStore, 'name' | 'addressVariable'>): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && isSafe(url)) return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  throw failure(
    'INVALID_CONFIG',
    `${store.addressVariable} is not an https:// address`,
    `Write it as https://host; http:// is for a ${store.name} on this machine only`,
  );
}

function isSafe({ protocol, hostname, username, password, search, hash }: URL): boolean {
  if (username || password || search || hash) return false;
  return protocol === 'https:' || (protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname));
}

export function isFine({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300;
}

/** What an answer holds as JSON; `undefined` for a body that is none, or was cut. */
export function jsonOf({ body, truncated }: HttpAnswer): unknown {
  if (truncated) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

/** The JSON object of an answer; none of it for a body that is not one. */
export function bodyOf(answer: HttpAnswer): Fields {
  return asFields(jsonOf(answer)) ?? {};
}

/** For a success whose body is not what the store would send. `what` names what was asked. */
export function strangeAnswer(answer: HttpAnswer, what: string, store: WebStore): DeployerError {
  return failure(
    'INVALID_ENV',
    `${what}: the answer is not one of ${store.name}${answer.truncated ? ' (more than 1 MiB)' : ''}`,
    `Check that ${store.addressVariable} is the address of ${store.name} itself, not of a web page in front of it`,
  );
}

/** What an answer without success means; never with the words of the answer. */
export function refusalOf(answer: HttpAnswer, what: string, store: WebStore): DeployerError {
  const { status } = answer;
  if (status === 401) return failure('AUTH_FAILED', `${what}: ${store.name} does not take the token`, store.tokenFix);
  if (status === 403)
    return failure(
      'INSUFFICIENT_PERMISSIONS',
      `${what}: the token has no right to ${store.does ?? 'read'} there`,
      store.rightsFix,
    );
  if (status === 404)
    return failure(
      'MISSING_ENV',
      `${what} is not there`,
      'Correct the reference, or give the token the right to see it',
    );
  if (status >= 300 && status < 400)
    return failure(
      'PLATFORM_UNAVAILABLE',
      `${what}: ${store.name} sends elsewhere (HTTP ${status}), and a token is not taken along`,
      `Set ${store.addressVariable} to the address that answers itself`,
    );
  if (status === 429)
    return failure('RATE_LIMIT_EXCEEDED', `${what}: ${store.name} asks to slow down`, 'Try again later');
  if (status === 400 || status === 422)
    return failure(
      'INVALID_ENV',
      `${what}: ${store.name} refuses the request (HTTP ${status})`,
      `Check the path of the reference and ${store.addressVariable}`,
    );
  return failure('PLATFORM_UNAVAILABLE', `${what}: ${store.name} answers HTTP ${status}`, 'Try again later');
}
