import { DeployerError } from '../core/errors.ts';
import type { Entropy } from '../core/ports.ts';
import type { Store } from '../core/store.ts';

const RACERS = 10;

/**
 * Tries, with keys of its own that it removes again, whether a store keeps what locks and snapshots rest on. Throws
 * `STATE_UNAVAILABLE` naming what is missing. For stores that are used for the first time: there are ones that accept a
 * conditional write and ignore the condition.
 */
export async function probeStore({ store, entropy }: { store: Store; entropy: Entropy }): Promise<void> {
  const keys = [1, 2].map(() => `probe/${Buffer.from(entropy.bytes(8)).toString('hex')}`);
  const [first = '', second = ''] = keys;
  try {
    await probeCreate(store, first);
    await probeRace(store, second);
    await probeListing(store, first);
  } finally {
    for (const key of keys) await store.remove(key).catch(() => undefined);
  }
}

async function probeCreate(store: Store, key: string): Promise<void> {
  if ((await store.create(key, Buffer.from('one'))) !== 'created')
    throw lacking('a key that was never written counts as there');
  if ((await store.create(key, Buffer.from('two'))) !== 'exists')
    throw lacking('create-if-absent (a second create of one key was accepted)');
  const bytes = await store.read(key);
  if (!bytes || Buffer.from(bytes).toString() !== 'one') throw lacking('reading back what was written');
}

async function probeRace(store: Store, key: string): Promise<void> {
  const racers = Array.from({ length: RACERS }, (_, racer) => store.create(key, Buffer.from(`racer ${racer}`)));
  const winners = (await Promise.all(racers)).filter((outcome) => outcome === 'created');
  if (winners.length !== 1)
    throw lacking(`create-if-absent at the same time (${winners.length} of ${RACERS} won, not 1)`);
}

async function probeListing(store: Store, key: string): Promise<void> {
  const name = key.slice('probe/'.length);
  if (!(await store.list('probe/')).includes(name)) throw lacking('listing what was just written');
}

function lacking(feature: string): DeployerError {
  return new DeployerError({
    code: 'STATE_UNAVAILABLE',
    stage: 'state',
    reason: `The state store cannot be used; it lacks ${feature}`,
    fix: 'Choose another place in the config under "state"',
  });
}
