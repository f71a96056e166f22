import { DeployerError } from '../core/errors.ts';
import type { Entropy } from '../core/ports.ts';
import type { Store } from '../core/store.ts';

const KEY = 'key';
const LENGTH = 32;

/** The key that fingerprints of variables are made with; `undefined` before the first deploy. It never goes into the state. */
export async function readKey(store: Store): Promise<Uint8Array | undefined> {
  const bytes = await store.read(KEY);
  if (!bytes || bytes.length === LENGTH) return bytes;
  throw new DeployerError({
    code: 'STATE_CORRUPT',
    stage: 'state',
    reason: `The project's key is not whole: ${bytes.length} of ${LENGTH} bytes`,
    fix: 'Restore the file "key" of the state folder from a backup, or remove it: then every variable counts as changed once',
  });
}

/** Makes the key where there is none; of several that make one at once, all get the same. */
export async function createKey({ store, entropy }: { store: Store; entropy: Entropy }): Promise<Uint8Array> {
  const present = await readKey(store);
  if (present) return present;
  const fresh = entropy.bytes(LENGTH);
  if ((await store.create(KEY, fresh)) === 'created') return fresh;
  return (await readKey(store)) ?? fresh;
}
