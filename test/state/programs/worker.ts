// One process of a test: does what its first argument says and answers in lines.
import { createInterface } from 'node:readline';
import { DeployerError } from '../../../src/core/errors.ts';
import { openFileStore } from '../../../src/state/file-store.ts';
import { openState } from '../../../src/state/state.ts';
import { clock, entropy, numbered, numberIn } from '../world.ts';

const [verb = '', folder = '', ...rest] = process.argv.slice(2);

const verbs: Record<string, () => Promise<void>> = { save, once, increment, contend, hold, audit, read };
await verbs[verb]?.().catch((error: unknown) => {
  if (!(error instanceof DeployerError)) throw error;
  console.log(`error ${error.code} ${error.failure.reason}`);
  process.exitCode = 3;
});

function state(place = folder) {
  const store = openFileStore({ folder: place, entropy });
  return openState({ store, folder: place, project: 'shop', clock, entropy, tool: '1.0.0' });
}

/** Writes without end; says each number once it is on disk. */
async function save(): Promise<void> {
  const ballast = Number(rest[0] ?? 0);
  for (;;) {
    const next = await state().update('dev', (now) => numbered('dev', { n: numberIn(now) + 1, ballast }));
    console.log(`saved ${numberIn(next.environments['dev'])}`);
  }
}

async function once(): Promise<void> {
  const ballast = Number(rest[0] ?? 0);
  const next = await state().update('dev', (now) => numbered('dev', { n: numberIn(now) + 1, ballast }));
  console.log(`saved ${numberIn(next.environments['dev'])}`);
}

async function read(): Promise<void> {
  const { document } = await state().read();
  console.log(`read ${numberIn(document.environments['dev'])}`);
}

/** Adds 1 as often as asked; answers how often it had to begin again. */
async function increment(): Promise<void> {
  const [environment = 'dev', times = '0'] = rest;
  let conflicts = 0;
  for (let done = 0; done < Number(times); ) {
    try {
      await state().update(environment, (now) => numbered(environment, { n: numberIn(now) + 1 }));
      done++;
    } catch (error) {
      if (!(error instanceof DeployerError) || error.code !== 'STATE_CONFLICT') throw error;
      conflicts++;
    }
  }
  console.log(`conflicts ${conflicts}`);
}

/** For each folder it is told: tries to take the lock, answers, and lets go at the next word. */
async function contend(): Promise<void> {
  console.log('ready');
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  for (let place = await lines.next(); !place.done; place = await lines.next()) {
    const lock = await state(place.value)
      .lock('production', { command: 'deployer deploy', who: 'test', wait_ms: 0 })
      .catch((error: unknown) => {
        if (error instanceof DeployerError && error.code === 'STATE_LOCKED') return undefined;
        throw error;
      });
    console.log(lock ? 'held' : 'locked');
    await lines.next();
    await lock?.release();
    console.log('ready');
  }
}

/** Takes the lock, then answers each word: whether it still holds it, whether it can write under it. */
async function hold(): Promise<void> {
  const own = state();
  const lock = await own.lock('production', {
    command: 'deployer deploy',
    who: 'test',
    run_id: 'run_held',
    wait_ms: 0,
  });
  console.log(`held ${lock.record.id}`);
  for await (const word of createInterface({ input: process.stdin })) {
    const work =
      word === 'write'
        ? own.update('production', (now) => numbered('production', { n: numberIn(now) + 1 }), { lock })
        : lock.assertHeld();
    console.log(
      await work.then(
        () => 'ok',
        (error: unknown) => (error as DeployerError).code,
      ),
    );
  }
}

async function audit(): Promise<void> {
  const [who = '', times = '0'] = rest;
  const log = state().audit;
  for (let index = 0; index < Number(times); index++) await log.append({ who, action: 'test', detail: { index } });
  console.log('done');
}
