import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { facts } from '../../../src/drivers/local/facts.ts';
import { describeDriver } from '../../contracts/driver.ts';
import { appFiles } from '../../support/driver-world.ts';
import { createLocalWorld, processesWith } from '../../support/local-world.ts';

describeDriver({
  facts,
  factsFile: new URL('../../../src/drivers/local/facts.ts', import.meta.url),
  setup: async () => {
    const world = await createLocalWorld();
    return {
      driver: world.driver,
      target: (name) => world.target({ name }),
      artifact: async (label) => world.artifact(await appFiles(label)),
      context: world.context,
      sick: { EXIT_AT_START: '1' },
      slow: { START_DELAY: '60000' },
      ask: async (url) => (await fetch(url)).text(),
      leftovers: async () => [...filesBelow(world.folder), ...processesWith(world.folder).map(String)],
      traces: async () => filesBelow(world.root).map((place) => ({ place, text: readFileSync(place, 'utf8') })),
      close: world.end,
    };
  },
});

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}
