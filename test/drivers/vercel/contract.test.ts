import { afterAll, describe, expect, test } from 'vitest';
import { facts } from '../../../src/drivers/vercel/facts.ts';
import { isRolling } from '../../../src/drivers/vercel/options.ts';
import { describeDriver } from '../../contracts/driver.ts';
import { filesBelow } from '../../support/file-tree.ts';
import { view } from '../../support/vercel/deployments.ts';
import type { Front } from '../../support/vercel/front.ts';
import { builtFiles, createVercelWorld } from '../../support/vercel-world.ts';

const fronts: Front[] = [];

describe.each(['production', 'preview'] as const)('the %s side', (target) => {
  const options = { target, content: 'prebuilt', rolling_releases: target === 'production' };
  describeDriver({
    facts,
    without: isRolling('production', options) ? [] : ['weights'],
    factsFile: new URL('../../../src/drivers/vercel/facts.ts', import.meta.url),
    setup: async () => {
      const world = await createVercelWorld();
      const { front } = world;
      front.buildTime = 60;
      fronts.push(front);
      return {
        driver: world.driver,
        target: (name) => world.target({ name, options }),
        artifact: (label) => world.artifact(builtFiles(label)),
        context: world.context,
        sick: { EXIT_AT_START: '1' },
        slow: { START_DELAY: '60000' },
        ask: world.ask,
        leftovers: () => front.things(),
        traces: async () => [...filesBelow(world.root), ...(await shown(front))],
        close: world.end,
      };
    },
  });
});

describe('all of it', () => {
  test('relies on nothing that is not known of the service', () => {
    expect(fronts.flatMap(({ unknown }) => unknown)).toEqual([]);
    expect(fronts.flatMap(({ requests }) => requests).length).toBeGreaterThan(100);
  });
});

afterAll(() => void fronts.splice(0));

interface Trace {
  readonly place: string;
  readonly text: string;
}

/** What whoever may look at the account sees. */
async function shown(front: Front): Promise<readonly Trace[]> {
  const lists = ['/v10/projects?limit=100', '/v7/deployments?limit=100'];
  const bodies = await Promise.all(lists.map((path) => front.emulator.ask('GET', path)));
  return [
    ...bodies.map(({ body }, index) => ({ place: lists[index] ?? '', text: JSON.stringify(body) })),
    ...[...front.deployments.values()].map((one) => ({ place: one.id, text: JSON.stringify(view(front, one)) })),
  ];
}
