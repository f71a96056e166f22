import type { Secret } from './secret.ts';

/** `provider:path#key@version`, taken apart. */
export interface SecretReference {
  readonly provider: string;
  readonly path: string;
  readonly key?: string;
  readonly version?: string;
  /** As written; safe to show. */
  readonly text: string;
}

export interface SecretValue {
  readonly value: Secret;
  /** The store's own version where it has one. */
  readonly version?: string;
}

/** One place that secrets come from; one file per provider under `secrets/`. */
export interface SecretProvider {
  readonly name: string;
  /**
   * Looks a reference up. Throws `MISSING_ENV` when it is not there, `AUTH_FAILED`/`INSUFFICIENT_PERMISSIONS` without the
   * right, `PLATFORM_UNAVAILABLE`/`TIMEOUT` when the store cannot be reached, `INVALID_ENV` for an unusable answer.
   * The message names the reference, never a value.
   */
  read(reference: SecretReference, signal: AbortSignal): Promise<SecretValue>;
}
