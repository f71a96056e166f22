import type { MigrationEngine } from '../core/migration.ts';
import { registry } from './registry.generated.ts';

const engines: Readonly<Record<string, () => Promise<MigrationEngine>>> = registry;

/** The migration engines there are: one file each in `engines/`. None is loaded before it is asked for. */
export const migrationEngines = {
  names: Object.keys(engines) as readonly string[],

  /** `undefined` for a name that no engine has. */
  async load(name: string): Promise<MigrationEngine | undefined> {
    return Object.hasOwn(engines, name) ? engines[name]?.() : undefined;
  },
};
