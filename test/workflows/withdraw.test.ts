import { describe, expect, it } from 'vitest';
import type { Driver, DriverContext } from '../../src/core/driver.ts';
import type { Inspection } from '../../src/core/inspection.ts';
import type { Json } from '../../src/core/json.ts';
import type { Operation } from '../../src/core/plan.ts';
import type { OperationContext } from '../../src/execute/handlers.ts';
import { createHandlers } from '../../src/workflows/operations/handlers.ts';
import { withdraw } from '../../src/workflows/operations/release.ts';
import type { Session } from '../../src/workflows/operations/session.ts';
import { aDriver, aService } from '../support/snapshots.ts';

const ACTION = { do: 'withdraw', service: 'api' } as const;
const REMOVAL = {
  id: 'undo:provision:api',
  type: 'cleanup',
  title: 'Remove api again',
  action: { do: 'destroy', service: 'api' },
  when: 'started',
} as const;

/** A run that placed `placed`, on a platform that has what `inspection` says. */
function world({ kept, placed, ...inspection }: Partial<Inspection> & { kept?: Json; placed?: Json }) {
  const done: string[] = [];
  const driver = {
    facts: aDriver(),
    inspect: async () => ({ state: 'present', releases: [], ...inspection }),
    retire: async (_target: unknown, ref: Json) => void done.push(`retire ${ref}`),
    rest: async (_target: unknown, ref: Json) => void done.push(`rest ${ref}`),
    destroy: async (_target: unknown, { undoing }: DriverContext) => void done.push(`destroy, undoing: ${undoing}`),
  } as unknown as Driver;
  const place = { action: { do: 'place', service: 'api', version: 'ver_1', ...(kept ? { kept } : {}) } };
  const session = {
    plan: { operations: [place] },
    context: { env: 'dev', version_id: 'ver_1', services: { api: aService('api') } },
    before: { current: { api: { ref: 'live' } }, resources: {} },
    workspace: {
      config: { project: 'shop', root: '/' },
      folder: '/',
      runtime: { drivers: { load: async () => driver }, environment: {}, redactor: { add: () => undefined } },
    },
  } as unknown as Session;
  const outputs = (id: string) => (id === 'deploy:api' && placed ? { release: { ref: placed } } : undefined);
  const scope = { outputs, remaining: () => 1_000, signal: new AbortController().signal, log: () => undefined };
  const context = scope as unknown as OperationContext;
  const undo = () => createHandlers(session).compensate(REMOVAL, place as unknown as Operation, context);
  return { done, run: () => withdraw(session, ACTION, context), undo };
}

function release(ref: string) {
  return { ref, version_id: 'ver_1', state: 'running', percent: 0 } as const;
}

describe('taking a release away again', () => {
  it('removes what the run placed, whether it is seen or not', async () => {
    const { done, run } = world({ placed: 'new' });
    await run();
    expect(done).toEqual(['retire new']);
  });

  it('finds by its version what may have been placed, and leaves what is live', async () => {
    const { done, run } = world({ releases: [release('new'), release('live')] });
    await run();
    expect(done).toEqual(['retire new']);
  });

  it('lays to rest what was kept before the run', async () => {
    const { done, run } = world({ placed: 'old', kept: 'old' });
    await run();
    expect(done).toEqual(['rest old']);
    const other = world({ placed: 'new', kept: 'old' });
    await other.run();
    expect(other.done).toEqual(['retire new']);
  });

  it('removes what the run made, which the driver is told', async () => {
    const { done, undo } = world({});
    await undo();
    expect(done).toEqual(['destroy, undoing: true']);
  });

  it('fails where a place that may have it does not answer, after all others', async () => {
    const { done, run } = world({ releases: [release('new')], silent: ['host-2'] });
    await expect(run()).rejects.toMatchObject({ code: 'PLATFORM_UNAVAILABLE' });
    expect(done).toEqual(['retire new']);
  });
});
