/**
 * The one contract every place for state fulfils: a local folder today, S3 or PostgreSQL later. Keys are paths with `/`
 * such as `state/00000042.json`. Create-if-absent is the only way to write; locks, snapshots and versions are built on it.
 */
export interface Store {
  /** Names below a prefix (`state/`), sorted; not recursive. */
  list(prefix: string): Promise<readonly string[]>;
  /** `undefined` when absent. */
  read(key: string): Promise<Uint8Array | undefined>;
  /** Durable when it answers `created`. A lost answer that turns out to be our own bytes counts as `created`. */
  create(key: string, bytes: Uint8Array): Promise<'created' | 'exists'>;
  /** Only for keys whose content is replaced by their one owner (a held lock's own record). Atomic. */
  replace(key: string, bytes: Uint8Array): Promise<void>;
  /** Absent keys are no error. */
  remove(key: string): Promise<void>;
}
