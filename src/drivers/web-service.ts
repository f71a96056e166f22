import type { DriverContext } from '../core/driver.ts';
import { DeployerError, isTemporary } from '../core/errors.ts';

/** Where a service is asked: its own address, or the one that a setting names. Only this machine may be asked without TLS. */
export function serviceAddress(
  { settings }: Pick<DriverContext, 'settings'>,
  { variable, standard }: { readonly variable: string; readonly standard: string },
): URL {
  const text = settings[variable] ?? standard;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const local = url !== undefined && /^(?:localhost|127\.[0-9.]+|\[::1\])$/.test(url.hostname);
  if (url && (url.protocol === 'https:' || (local && url.protocol === 'http:'))) return url;
  throw new DeployerError({
    code: 'INVALID_CONFIG',
    reason: `${variable} is not an https address`,
    fix: 'Correct it, or unset it',
  });
}

/** What was to be done, for messages: `Vercel` and `find the project shop`. */
export interface Errand {
  readonly service: string;
  readonly doing: string;
}

/** No answer: by what was to be done, instead of an address. */
export function lostAnswer({ service, doing }: Errand, error: unknown): unknown {
  if (!(error instanceof DeployerError) || !isTemporary(error)) return error;
  const [words = 'no answer'] = error.failure.detail ?? [];
  return new DeployerError({ ...error.failure, reason: `${service} could not ${doing}: ${words}` });
}

/** An answer, but none of the service's: proxies answer 200 too. */
export function strangeAnswer({ service, doing }: Errand): DeployerError {
  return new DeployerError({
    code: 'PLATFORM_UNAVAILABLE',
    reason: `${service} could not ${doing}: its answer was none that its API gives`,
    fix: 'Try again; look whether a proxy answers in its place',
  });
}

/** JSON of an answer, an object or a list; `undefined` for anything else, such as the page of a proxy. */
export function parseAnswer(body: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString());
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
