import type { KeptLock, LockPlace } from '../../src/core/lock-place.ts';

export interface MemoryPlace extends LockPlace {
  /** The lock that is there now. */
  kept: KeptLock | undefined;
  /** Beats that came through, whoever's. */
  beats: number;
  /** What each call fails with from now on. */
  failure: Error | undefined;
  /** Called before each creation. */
  onCreate: () => Promise<void> | void;
}

/** A platform that keeps locks as long as its object lives; `twin` is another name of the same. */
export function memoryPlace(name: string, twin?: MemoryPlace): MemoryPlace {
  const made = { count: 0 };
  const place: MemoryPlace = {
    name,
    services: [name],
    kept: undefined,
    beats: 0,
    failure: undefined,
    onCreate: () => undefined,
    async create(text) {
      await ask();
      await place.onCreate();
      if (there().kept) return undefined;
      const token = `token-of-${name}-${++made.count}`;
      there().kept = { token, text, beat: 0 };
      return token;
    },
    async read() {
      await ask();
      return there().kept;
    },
    async has(token) {
      await ask();
      return there().kept?.token === token;
    },
    async beat(token, beat) {
      await ask();
      const { kept } = there();
      if (kept?.token !== token) return false;
      there().kept = { ...kept, beat };
      place.beats++;
      return true;
    },
    async remove(token) {
      await ask();
      if (there().kept?.token === token) there().kept = undefined;
    },
  };
  return place;

  function there(): MemoryPlace {
    return twin ?? place;
  }

  async function ask(): Promise<void> {
    if (place.failure) throw place.failure;
  }
}
