import type { SecretCommand } from './config.ts';
import type { Clock, Http, Processes } from './ports.ts';
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
  /** The secrets that a text of several was put together from. */
  readonly parts?: readonly Secret[];
  /** What is not as it should be about the place it came from, one sentence each: a file that others may read. */
  readonly warnings?: readonly string[];
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
  /**
   * Sets the key that a reference without a version names, and leaves what lies beside it as it is; `unchanged` when it has the
   * value already. Whole or not at all, whenever it is cut off. Throws like `read`, and `GATE_REFUSED` where a value must not
   * lie; the value goes through no argument and no message. Left out where nothing can be written: see `readOnly`.
   */
  write?(reference: SecretReference, value: Secret, signal: AbortSignal): Promise<'changed' | 'unchanged'>;
  /** Throws what `write` would throw whatever the value, before anybody is asked for one. Changes nothing. */
  mayWrite?(reference: SecretReference, signal: AbortSignal): Promise<void>;
  /**
   * Ends what reading has begun elsewhere, such as a session; called when all that was asked for is read. Never rejects. More
   * may be read afterwards, and meanwhile.
   */
  close?(): Promise<void>;
}

/** Everything a provider may use. */
export interface ProviderWorld {
  /** The project folder, absolute. */
  readonly root: string;
  /** The variables that deployer itself was started with. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly http: Http;
  readonly processes: Processes;
  /** `secret_commands` of the config. */
  readonly commands: Readonly<Record<string, SecretCommand>>;
}

/** What keeps a reference from being read, whatever is in the store. */
export interface ReferenceProblem {
  readonly message: string;
  /** What would have been right: `dotenv:FILE#NAME`. */
  readonly expected: string;
  readonly fix: string;
}

/** What a provider's file exports as `provider`. */
export interface ProviderFactory {
  /** Judges a reference by its form and the names of `secret_commands`; touches nothing. One with a problem is never read. */
  check(reference: SecretReference, commands: readonly string[]): ReferenceProblem | undefined;
  /** Why nothing is written there, and how a value is set instead; one sentence, for providers without `write`. */
  readonly readOnly?: string;
  /** One is made per run. */
  open(world: ProviderWorld): SecretProvider;
}

/** All providers there are, by the name that references use. The code of one loads when it is asked for. */
export interface ProviderCatalog {
  readonly names: readonly string[];
  /** `undefined` for a name that no provider has. */
  load(name: string): Promise<ProviderFactory | undefined>;
}
