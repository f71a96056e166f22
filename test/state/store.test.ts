import { expect, it } from 'vitest';
import type { Store } from '../../src/core/store.ts';
import { openFileStore } from '../../src/state/file-store.ts';
import { probeStore } from '../../src/state/probe.ts';
import { storeContract } from '../contracts/store.ts';
import { memoryStore } from './memory-store.ts';
import { temporaryFolder } from './support.ts';
import { entropy } from './world.ts';

storeContract({
  name: 'local folder',
  open: async () => openFileStore({ folder: `${await temporaryFolder()}/.deployer`, entropy }),
});
storeContract({ name: 'memory', open: async () => memoryStore() });

it('the probe refuses a store that accepts a second create, and names what is missing', async () => {
  const store = memoryStore();
  const careless: Store = {
    ...store,
    async create(key, bytes) {
      await store.replace(key, bytes);
      return 'created';
    },
  };
  await expect(probeStore({ store: careless, entropy })).rejects.toMatchObject({
    code: 'STATE_UNAVAILABLE',
    message: expect.stringContaining('create-if-absent'),
  });
  expect(store.content.size).toBe(0);
});

it('the probe refuses a store that lets more than one of ten racers win', async () => {
  const store = memoryStore();
  const racy: Store = {
    ...store,
    async create(key, bytes) {
      const there = store.content.has(key);
      await new Promise((resolve) => setImmediate(resolve));
      if (there) return 'exists';
      store.content.set(key, bytes);
      return 'created';
    },
  };
  await expect(probeStore({ store: racy, entropy })).rejects.toMatchObject({
    message: expect.stringContaining('10 of 10 won'),
  });
});
