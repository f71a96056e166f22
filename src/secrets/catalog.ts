import type { ProviderCatalog, ProviderFactory } from '../core/provider.ts';
import { registry } from './registry.generated.ts';

/** Own members only, so that a name such as `constructor` finds nothing. */
const entries = new Map<string, () => Promise<ProviderFactory>>(Object.entries(registry));

/** The places secrets come from: one file each in `providers/`; the build writes the registry from the files. */
export const secretProviders: ProviderCatalog = {
  names: [...entries.keys()],
  load: async (name) => entries.get(name)?.(),
};
