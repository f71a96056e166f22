import { describe, expect, it, onTestFinished } from 'vitest';
import type { ServiceConfig } from '../../src/core/config.ts';
import type { Driver } from '../../src/core/driver.ts';
import { DeployerError } from '../../src/core/errors.ts';
import type { Operation, Plan } from '../../src/core/plan.ts';
import { Redactor } from '../../src/core/redact.ts';
import type { Lock } from '../../src/state/held-lock.ts';
import { underPlatformLocks } from '../../src/workflows/platform-locks.ts';
import type { Workspace } from '../../src/workflows/workspace.ts';
import { type MemoryPlace, memoryPlace } from '../state/memory-place.ts';
import { memoryStore } from '../state/memory-store.ts';
import { stateIn } from '../state/support.ts';
import { aDriver } from '../support/snapshots.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const GONE = new DeployerError({ code: 'PLATFORM_UNAVAILABLE', reason: 'The host does not answer' });

describe('work under the locks of platforms', () => {
  it('goes on without a host that does not answer, where its services have another one or are left alone', async () => {
    const [east, west, other] = [on('east', 'api'), on('west', 'api'), on('other', 'site')];
    west.failure = GONE;
    other.failure = GONE;
    await under([east, west, other], async ({ require }) => {
      require(plan('api'));
      expect(() => require(plan('api', 'site'))).toThrow(GONE);
      expect(east.kept).toBeDefined();
    });
    expect(east.kept).toBeUndefined();
  });

  it('needs none where all places of a service are given up', async () => {
    const [east, west] = [on('east', 'api'), on('west', 'api')];
    east.failure = GONE;
    west.failure = GONE;
    await under([east, west], async ({ require }) => {
      require(destruction('east', 'west'));
      expect(() => require(destruction('east'))).toThrow(GONE);
      expect(() => require(destruction())).toThrow(GONE);
    });
  });

  it('lets the locks go when it fails, and tells of one that it cannot let go', async () => {
    const [east, west] = [on('east', 'api'), on('west', 'api')];
    const failing = under([east, west], async () => {
      west.failure = GONE;
      throw new Error('the work failed');
    });
    await expect(failing).rejects.toThrow('the work failed');
    expect(east.kept).toBeUndefined();
    expect(told).toEqual([
      'the lock on west could not be released: The host does not answer; the next run from here takes it over',
    ]);
  });

  it('is not begun when somebody else has one', async () => {
    const [east, west] = [on('east', 'api'), on('west', 'site')];
    await west.create('{}');
    let begun = false;
    const refused = under([east, west], async () => {
      begun = true;
    });
    await expect(refused).rejects.toMatchObject({ code: 'STATE_LOCKED' });
    expect([begun, east.kept]).toEqual([false, undefined]);
  });

  let told: string[] = [];

  async function under(
    places: readonly MemoryPlace[],
    work: Parameters<typeof underPlatformLocks<void>>[1],
  ): Promise<void> {
    told = [];
    const { workspace, lock } = await opened(places);
    const services = Object.fromEntries(
      ['api', 'site'].map((name) => [name, { name, driver: 'hosts' } as ServiceConfig]),
    );
    return underPlatformLocks(
      {
        wish: { workspace, command: 'deploy', tell: (sentence) => told.push(sentence) },
        locked: { lock, stop: new AbortController().signal, waitLeft: () => 0 },
        environment: { name: 'production', mode: 'production', services },
        state: undefined,
      },
      work,
    );
  }
});

function on(name: string, service: string): MemoryPlace {
  return Object.assign(memoryPlace(name), { services: [service] });
}

function plan(...services: readonly string[]): Plan {
  const operations = services.map((service) => ({ action: { do: 'place', service, version: 'new' } }) as Operation);
  return { operations } as unknown as Plan;
}

function destruction(...leaves: readonly string[]): Plan {
  const action = { do: 'destroy', service: 'api', ...(leaves.length > 0 ? { leaves } : {}) };
  return { operations: [{ action }] } as unknown as Plan;
}

/** As much of a project as locks ask for, on a driver that has these places. */
async function opened(places: readonly MemoryPlace[]): Promise<{ workspace: Workspace; lock: Lock }> {
  const clock = new VirtualClock({ mode: 'manual' });
  const state = stateIn({ folder: '/x', store: memoryStore(), clock });
  const lock = await state.lock('production', { command: 'deployer deploy', who: 'bob', wait_ms: 0 });
  onTestFinished(() => lock.release());
  const facts = aDriver('hosts', ['lock']);
  const driver = { facts, locks: async () => places } as Partial<Driver>;
  const drivers = { names: ['hosts'], facts: async () => facts, load: async () => driver };
  const workspace = {
    runtime: { clock, drivers, environment: {}, redactor: new Redactor() },
    state,
    folder: '/x',
    config: { root: '/x' },
  };
  return { workspace: workspace as unknown as Workspace, lock };
}
