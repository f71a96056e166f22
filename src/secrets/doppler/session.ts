import type { HttpAnswer } from '../../core/ports.ts';
import type { ProviderWorld } from '../../core/provider.ts';
import { failure } from '../failure.ts';
import { askStore } from '../store-call.ts';
import { storeAddress, type WebStore } from '../web-store.ts';

export const DOPPLER: WebStore = {
  name: 'Doppler',
  addressVariable: 'DOPPLER_API_HOST',
  tokenFix: 'Set DOPPLER_TOKEN to a service token of the config; it is wrong, has expired or was revoked',
  rightsFix: 'Use a service token of this very config, or a token of somebody who may read it',
};

export type DopplerWorld = Pick<ProviderWorld, 'environment' | 'http' | 'clock'>;

/** A call about secrets of a config; with a `body` it is a POST. */
export interface DopplerCall {
  /** Below `/v3/configs/config/`, with its query. */
  readonly path: string;
  readonly body?: unknown;
  readonly signal: AbortSignal;
}

/** Reads address and token each time. Answers whatever Doppler does. */
export function askDoppler({ path, body, signal }: DopplerCall, world: DopplerWorld): Promise<HttpAnswer> {
  const { DOPPLER_TOKEN: token, DOPPLER_API_HOST: host } = world.environment;
  if (!token) throw failure('AUTH_FAILED', 'There is no token for Doppler', 'Set DOPPLER_TOKEN where deployer runs');
  const url = `${storeAddress(host || 'https://api.doppler.com', DOPPLER)}/v3/configs/config/${path}`;
  const headers = { authorization: `Bearer ${token.trim()}`, accept: 'application/json' };
  if (body === undefined) return askStore({ store: DOPPLER, url, headers, signal }, world);
  const json = { ...headers, 'content-type': 'application/json' };
  return askStore({ store: DOPPLER, url, method: 'POST', headers: json, body: JSON.stringify(body), signal }, world);
}

/** A config, as the API names it. */
export function configOf(path: string): Record<'project' | 'config', string> {
  const [project = '', config = ''] = path.split('/');
  return { project, config };
}

/**
 * A service token belongs to one config; what it gives must not be taken for another's, nor a value go there. `own` is what the
 * config says of itself.
 */
export function refuseOthers(path: string, own: { readonly project: unknown; readonly config: unknown }): void {
  const { project, config } = configOf(path);
  if ((own.project ?? project) === project && (own.config ?? config) === config) return;
  throw failure('INSUFFICIENT_PERMISSIONS', `doppler:${path}: the token belongs to another config`, DOPPLER.rightsFix);
}
