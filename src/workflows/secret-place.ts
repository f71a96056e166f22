import type { EnvironmentConfig } from '../core/config.ts';
import { DeployerError } from '../core/errors.ts';
import { mayRead, outsideOf } from '../core/secret-paths.ts';
import { holdsSecrets } from '../core/secret-text.ts';
import type { AppliedConfiguration } from '../core/state.ts';
import type { SecretWriter } from '../secrets/writer.ts';

/** ms */
const TIMEOUT = 30_000;

/** Where the secrets of an environment are written. */
export interface PlaceRequest {
  readonly environment: Pick<EnvironmentConfig, 'name' | 'secret_paths'>;
  readonly configuration: AppliedConfiguration;
  readonly writer: SecretWriter;
  /** A reference without its key, `vault:kv/shop`, or with `{KEY}` where the key belongs. */
  readonly to?: string;
}

/** `dotenv:.env.production` and a key → `dotenv:.env.production#KEY`. */
export function referenceAt(place: string, key: string): string {
  return place.includes('{KEY}') ? place.replaceAll('{KEY}', key) : `${place}#${key}`;
}

/** The other way; `undefined` where a reference does not tell where another key would lie. */
function placeOf(key: string, reference: string): string | undefined {
  const [place = '', named] = reference.split('#');
  if (named !== undefined) return place;
  return place.endsWith(`/${key}`) ? `${place.slice(0, -key.length)}{KEY}` : undefined;
}

/**
 * Tells for a key which reference its value is written to: the one of `to`; else the one that it has; else, beside the others
 * when they all lie in one place; else a dotenv file of the environment. Each is asked whether it takes values; a place that was
 * named and does not is an error, see `SecretWriter.check`.
 */
export function secretPlaces({
  environment,
  configuration,
  writer,
  to,
}: PlaceRequest): (key: string) => Promise<string> {
  let usual: Promise<string> | undefined;
  return async (key) => {
    if (to !== undefined) return checked(referenceAt(to, key));
    const own = Object.hasOwn(configuration.secrets, key) ? configuration.secrets[key] : undefined;
    if (own !== undefined && !holdsSecrets(own) && (await takesValues(own))) return own;
    usual ??= usualPlace();
    return checked(referenceAt(await usual, key));
  };

  async function usualPlace(): Promise<string> {
    const references = Object.entries(configuration.secrets).filter(([, text]) => !holdsSecrets(text));
    const places = new Set(references.map(([key, text]) => placeOf(key, text)));
    const [only] = places.size === 1 ? places : [];
    return only !== undefined && (await takesValues(referenceAt(only, 'KEY')))
      ? only
      : `dotenv:.env.${environment.name}`;
  }

  async function checked(reference: string): Promise<string> {
    if (!mayRead(environment.secret_paths, reference)) throw outside(environment.name, reference);
    await writer.check(reference, AbortSignal.timeout(TIMEOUT));
    return reference;
  }

  async function takesValues(reference: string): Promise<boolean> {
    try {
      await checked(reference);
      return true;
    } catch (error) {
      if (error instanceof DeployerError && NOT_THERE.has(error.code)) return false;
      throw error;
    }
  }
}

/** It would be written, and could then not be read. */
function outside(env: string, reference: string): DeployerError {
  const { message, fix } = outsideOf(env, reference);
  return new DeployerError({ code: 'INVALID_CONFIG', reason: message, fix, stage: 'config' });
}

/** What is only read, or is no place for a key. */
const NOT_THERE = new Set(['UNSUPPORTED', 'INVALID_CONFIG']);
