import type { LockRecord } from '../core/state.ts';
import type { Store } from '../core/store.ts';
import { encode, keyOf, lostError, readGenerations } from './lock-record.ts';

/** How often a holder shows that it lives. Those who watch from another machine wait for twelve missed beats. */
export const BEAT_MS = 5_000;

/** The right to change one environment, until released. */
export interface Lock {
  /** Grows with every holder; written into what is done under the lock. */
  readonly generation: number;
  readonly record: LockRecord;
  /** The holder that did not release it and was found dead. */
  readonly takenOverFrom?: LockRecord;
  /** A look at the store: whether nobody has taken or removed the lock since. */
  stillHeld(): Promise<boolean>;
  /** Throws `STATE_CONFLICT` when it is lost. Call it before each step that others can see. */
  assertHeld(): Promise<void>;
  /** Lets others in. Harmless when the lock is lost or released already. */
  release(): Promise<void>;
}

export interface Holding {
  readonly store: Store;
  readonly name: string;
  readonly record: LockRecord;
  readonly takenOverFrom?: LockRecord;
}

/** The lock's own side: it beats while held. The timer keeps no process alive. */
export function holdLock({ store, name, record, takenOverFrom }: Holding): Lock {
  const key = keyOf(name, record.generation);
  let current = record;
  let writing = Promise.resolve();
  let released: Promise<void> | undefined;
  const timer = setInterval(() => {
    writing = writing.then(beat).catch(() => undefined);
  }, BEAT_MS);
  timer.unref();

  async function stillHeld(): Promise<boolean> {
    const now = await newest();
    return released === undefined && now?.id === record.id && now.state === 'held';
  }

  async function newest(): Promise<LockRecord | undefined> {
    return (await readGenerations(store, name)).record;
  }

  /** Replaces our own record only, so a beat can never take the lock back. */
  async function beat(): Promise<void> {
    if (!(await stillHeld())) return clearInterval(timer);
    current = { ...current, beat: current.beat + 1 };
    await store.replace(key, encode(current));
  }

  async function letGo(): Promise<void> {
    clearInterval(timer);
    await writing;
    if ((await newest())?.id === record.id) await store.replace(key, encode({ ...current, state: 'released' }));
  }

  return {
    generation: record.generation,
    record,
    ...(takenOverFrom ? { takenOverFrom } : {}),
    stillHeld,
    async assertHeld() {
      if (!(await stillHeld())) throw lostError(name, await newest());
    },
    release() {
      released ??= letGo();
      return released;
    },
  };
}
