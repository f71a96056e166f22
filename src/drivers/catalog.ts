import type { Driver, DriverCatalog, DriverFacts, DriverFamily } from '../core/driver.ts';
import { registry } from './registry.generated.ts';

interface Entry {
  readonly facts: () => Promise<DriverFacts>;
  readonly load: () => Promise<Driver | DriverFamily>;
}

/** Own members only, so that a name such as `constructor` finds nothing. */
const entries = new Map<string, Entry>(Object.entries(registry));

/** Every driver that has a folder here; the build writes the registry from the folders. */
export const catalog: DriverCatalog = {
  names: [...entries.keys()],
  facts: async (name) => entries.get(name)?.facts(),
  load: async (name, options) => {
    const loaded = await entries.get(name)?.load();
    return loaded && 'member' in loaded ? loaded.member(options) : loaded;
  },
};
