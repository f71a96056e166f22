import type { Finding } from './finding.ts';

/**
 * The one contract every place for state fulfils: a local folder today, S3 or PostgreSQL later. Keys are paths with `/`
 * such as `state/00000042.json`. Create-if-absent is what locks, snapshots and versions are built on.
 * Every method throws `STATE_UNAVAILABLE` when the place cannot be read or written.
 */
export interface Store {
  /** Names directly below a prefix (`state/`), those of deeper prefixes too (without `/`), sorted; empty when there are none. */
  list(prefix: string): Promise<readonly string[]>;
  /** `undefined` when absent. */
  read(key: string): Promise<Uint8Array | undefined>;
  /** Durable when it answers `created`. A lost answer to a call that did create the key counts as `created`. */
  create(key: string, bytes: Uint8Array): Promise<'created' | 'exists'>;
  /** Only for keys whose content is replaced by their one owner (a held lock's own record). Atomic. */
  replace(key: string, bytes: Uint8Array): Promise<void>;
  /** Absent keys are no error. */
  remove(key: string): Promise<void>;
  /** The last `size` bytes of a growing log and its whole length; `undefined` when absent. */
  readEnd(key: string, size: number): Promise<{ readonly bytes: Uint8Array; readonly length: number } | undefined>;
  /**
   * Makes a log exactly `at` bytes long (cutting what lies behind) and adds `bytes`; durable when it answers. Made when
   * absent. Callers take a lock of their own first: two appends at once are not told apart.
   */
  append(key: string, addition: { readonly at: number; readonly bytes: Uint8Array }): Promise<void>;
  /** Offered where the place needs looking after. */
  readonly upkeep?: StoreUpkeep;
}

export interface StoreUpkeep {
  /** Removes what writers that died left behind long ago. Called under a lock. */
  sweep(): Promise<void>;
  /** What is wrong with the place itself, such as rights that are too wide; changes nothing. */
  check(): Promise<readonly Finding[]>;
}
