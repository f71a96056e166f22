import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Entropy } from '../../src/core/ports.ts';
import type { Store } from '../../src/core/store.ts';
import { probeStore } from '../../src/state/probe.ts';
import { openState } from '../../src/state/state.ts';
import { clock, entropy, numbered, numberIn } from '../state/world.ts';

export interface StoreUnderTest {
  /** As error reports name it: `local folder`, `S3`. */
  readonly name: string;
  /** A new, empty store for each test; cleans up after itself. */
  readonly open: () => Promise<Store>;
}

/** What every place for state has to keep; locks, snapshots, versions and the audit log rest on nothing else. */
export function storeContract({ name, open }: StoreUnderTest): void {
  describe(`store contract: ${name}`, () => {
    let store: Store;
    beforeEach(async () => {
      store = await open();
    });

    it('answers "absent" and "nothing there" before anything is written', async () => {
      expect(await store.read('state/00000001.json')).toBeUndefined();
      expect(await store.list('state/')).toEqual([]);
      expect(await store.readEnd('audit.ndjson', 100)).toBeUndefined();
      await store.remove('state/00000001.json');
    });

    it('gives back exactly the bytes that were created', async () => {
      const bytes = Uint8Array.from({ length: 3 * 256 }, (_, index) => index % 256);
      expect(await store.create('versions/ver_1.json', bytes)).toBe('created');
      expect(text(await store.read('versions/ver_1.json'))).toBe(text(bytes));
      expect(await store.create('versions/empty', new Uint8Array())).toBe('created');
      expect((await store.read('versions/empty'))?.length).toBe(0);
    });

    it('refuses to create a key twice and keeps the first content', async () => {
      await store.create('a/b', Buffer.from('first'));
      expect(await store.create('a/b', Buffer.from('second'))).toBe('exists');
      expect(text(await store.read('a/b'))).toBe('first');
    });

    it('lets exactly one of 20 creators at once win, with its own bytes', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) => store.create('race/key', Buffer.from(`writer ${index}`))),
      );
      expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
      expect(text(await store.read('race/key'))).toBe(`writer ${outcomes.indexOf('created')}`);
    });

    it('lists the names directly below a prefix, sorted', async () => {
      for (const key of ['state/00000010.json', 'state/00000002.json', 'stateful/x', 'state/deep/er/z', 'state.json'])
        await store.create(key, Buffer.from(key));
      expect(await store.list('state/')).toEqual(['00000002.json', '00000010.json', 'deep']);
      expect(await store.list('')).toEqual(['state', 'state.json', 'stateful']);
    });

    it('lists and reads what was created, replaced and removed at once', async () => {
      await store.create('locks/dev/1', Buffer.from('held'));
      await store.replace('locks/dev/1', Buffer.from('released, and longer'));
      expect(text(await store.read('locks/dev/1'))).toBe('released, and longer');
      await store.remove('locks/dev/1');
      expect(await store.read('locks/dev/1')).toBeUndefined();
      expect(await store.list('locks/dev/')).toEqual([]);
      expect(await store.create('locks/dev/1', Buffer.from('again'))).toBe('created');
    });

    it('replaces in one step: a reader sees the old or the new content, never less', async () => {
      const contents = ['a'.repeat(50_000), 'b'.repeat(70_000)];
      await store.create('copy', Buffer.from(contents[0] ?? ''));
      let over = false;
      const writing = (async () => {
        for (let round = 0; round < 30; round++) await store.replace('copy', Buffer.from(contents[round % 2] ?? ''));
        over = true;
      })();
      while (!over) {
        const seen = text(await store.read('copy'));
        expect(contents.some((content) => content === seen)).toBe(true);
        await setImmediate(); // a store may answer without waiting for anything, and would keep the writer from its turn
      }
      await writing;
    });

    it('grows a log, reads its end, and cuts it to a given length first', async () => {
      await store.append('log', { at: 0, bytes: Buffer.from('one\ntwo\n') });
      await store.append('log', { at: 8, bytes: Buffer.from('three\n') });
      expect(await endOf(store, 10)).toEqual({ text: 'two\nthree\n', length: 14 });
      await store.append('log', { at: 4, bytes: Buffer.from('2\n') });
      expect(await endOf(store, 1_000)).toEqual({ text: 'one\n2\n', length: 6 });
    });

    it('passes the probe', async () => {
      await probeStore({ store, entropy });
      expect(await store.list('probe/')).toEqual([]);
    });

    it('carries 10 clients with 20 writes each without a lock: exactly 200', async () => {
      await Promise.all(Array.from({ length: 10 }, () => increment(store, 20)));
      const { document } = await stateOn(store).read();
      expect(numberIn(document.environments['dev'])).toBe(200);
      expect(document.serial).toBe(200);
    });

    it('lets one of 8 clients take over the lock of a holder that let go', async () => {
      const request = { command: 'deployer deploy', who: 'test', wait_ms: 0 };
      await (await stateOn(store).lock('dev', request)).release();
      const tries = await Promise.allSettled(Array.from({ length: 8 }, () => stateOn(store).lock('dev', request)));
      const locks = tries.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
      expect(locks).toHaveLength(1);
      expect(locks[0]?.generation).toBe(2);
      await locks[0]?.release();
    });

    it('keeps the audit chain whole under 5 clients at once', async () => {
      const appends = Array.from({ length: 5 }, (_, index) =>
        stateOn(store).audit.append({ who: `c${index}`, action: 'a' }),
      );
      await Promise.all(appends);
      expect((await stateOn(store).audit.read({ limit: 100 })).entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
      expect(await stateOn(store).audit.verify()).toEqual([]);
    });
  });
}

function stateOn(store: Store, chance: Entropy = entropy) {
  return openState({ store, folder: '/nowhere', project: 'shop', clock, entropy: chance, tool: '1.0.0' });
}

async function increment(store: Store, times: number): Promise<void> {
  const state = stateOn(store);
  for (let done = 0; done < times; ) {
    const outcome = await state
      .update('dev', (now) => numbered('dev', { n: numberIn(now) + 1 }))
      .catch((error: { code?: string }) => {
        if (error.code !== 'STATE_CONFLICT') throw error;
      });
    if (outcome) done++;
  }
}

async function endOf(store: Store, size: number) {
  const end = await store.readEnd('log', size);
  return end && { text: text(end.bytes), length: end.length };
}

function text(bytes: Uint8Array | undefined): string | undefined {
  return bytes && Buffer.from(bytes).toString('latin1');
}
