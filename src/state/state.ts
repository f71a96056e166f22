import type { Finding } from '../core/finding.ts';
import type { LockPlace } from '../core/lock-place.ts';
import type { Clock, Entropy } from '../core/ports.ts';
import type { LockRecord, StateDocument } from '../core/state.ts';
import type { Store } from '../core/store.ts';
import { type Audit, openAudit } from './audit.ts';
import { emptyDocument } from './document.ts';
import type { Lock } from './held-lock.ts';
import type { PlaceLocks } from './held-places.ts';
import { acquireLock, breakLock, type Holder, type LockRequest, lockHolder } from './lock.ts';
import type { PlaceHolder, PlacesRequest } from './lock-places.ts';
import { type Machine, thisMachine } from './process-identity.ts';
import { createKey, readKey } from './project-key.ts';
import { openRuns, type Runs } from './runs.ts';
import { serially } from './serially.ts';
import { readNewest } from './snapshots.ts';
import { type EnvironmentChange, updateState } from './update.ts';
import type { StateReport } from './verify.ts';
import { openVersions, type Versions } from './versions.ts';

export interface StateOptions {
  readonly store: Store;
  /** The state folder on this machine, for what is kept there whatever the store: the runs' journals and logs. */
  readonly folder: string;
  readonly project: string;
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** Version of the tool. */
  readonly tool: string;
  /** Default: the machine we run on. */
  readonly machine?: Machine;
}

/** Everything a project remembers. Reading never writes; locks are only taken by `lock` and, for a moment, by `audit.append`. */
export interface State {
  /**
   * The newest whole state: serial 0 when nothing was ever written. `skipped` names newer snapshots that are not whole.
   * Throws `STATE_CORRUPT` rather than pass off a damaged history as an empty one, and `STATE_UNAVAILABLE` for the state
   * of another project, lineage or newer format.
   */
  read(): Promise<{ readonly document: StateDocument; readonly skipped: readonly Finding[] }>;
  /**
   * Changes one environment's part (`undefined` takes it out) and answers the document written. Work in other environments
   * is kept; `STATE_CONFLICT` when this environment was written by somebody else meanwhile, or the lock is lost.
   * A change that gives back what it got writes nothing.
   */
  update(environment: string, change: EnvironmentChange, options?: { readonly lock?: Lock }): Promise<StateDocument>;
  /** `STATE_LOCKED` when somebody else holds it and `wait_ms` is over. */
  lock(environment: string, request: Omit<LockRequest, 'name' | 'poll_ms'>): Promise<Lock>;
  /** Takes the environment's lock at its platforms too; `lock` is held. `STATE_LOCKED` as for `lock`. */
  lockPlaces(lock: Lock, request: Omit<PlacesRequest, 'record' | 'poll_ms'>): Promise<PlaceLocks>;
  /** Who holds the lock of an environment at a platform now; for showing, not for deciding. */
  holderAt(environment: string, place: LockPlace): Promise<PlaceHolder | undefined>;
  /** Who holds it now; for showing, not for deciding. */
  holder(environment: string): Promise<Holder | undefined>;
  /** Ends the lock with exactly this id and answers its record; `NOT_FOUND` when no lock has it. The caller has asked a person. */
  unlock(id: string, options: { readonly who: string }): Promise<LockRecord>;
  readonly versions: Versions;
  readonly runs: Runs;
  readonly audit: Audit;
  /** The key for fingerprints; `undefined` before `createKey`. */
  key(): Promise<Uint8Array | undefined>;
  createKey(): Promise<Uint8Array>;
  /** Checks everything there is; mends nothing. */
  verify(): Promise<StateReport>;
}

export function openState(options: StateOptions): State {
  const context = { ...options, machine: options.machine ?? thisMachine };
  const { store, project } = context;
  const audit = openAudit(context);
  const oneByOne = serially();
  return {
    async read() {
      const { newest, skipped } = await readNewest(store, project);
      return { document: newest?.document ?? emptyDocument(context), skipped };
    },
    update: (environment, change, { lock } = {}) =>
      oneByOne(() => updateState(context, { environment, change, ...(lock ? { lock } : {}) })),
    async lock(environment, request) {
      const lock = await acquireLock(context, { ...request, name: environment });
      await store.upkeep?.sweep().catch(() => undefined);
      return lock;
    },
    async lockPlaces({ record }, request) {
      const { acquirePlaces } = await import('./lock-places.ts');
      return acquirePlaces(context, { ...request, record });
    },
    async holderAt(environment, place) {
      const { placeHolder } = await import('./lock-places.ts');
      return placeHolder(context, environment, place);
    },
    holder: (environment) => lockHolder(context, environment),
    unlock: (id, { who }) => breakLock(context, { id, who }),
    versions: openVersions(store),
    runs: openRuns(options),
    audit,
    key: () => readKey(store),
    createKey: () => createKey(context),
    async verify() {
      const { verifyState } = await import('./verify.ts');
      return verifyState({ store, machine: context.machine, project, audit });
    },
  };
}
