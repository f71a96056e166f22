import { printableLine } from '../../core/text.ts';
import type { Review } from './rule.ts';

/** What an environment overrides is there. */
export function checkOverrides({ config, problems }: Review): void {
  for (const section of ['services', 'databases'] as const) {
    const names = Object.keys(config[section] ?? {});
    const known = new Set(names);
    for (const [environment, written] of Object.entries(config.environments ?? {})) {
      for (const name of Object.keys(written[section] ?? {})) {
        if (known.has(name)) continue;
        problems.add({
          path: ['environments', environment, section, name],
          at: 'key',
          message: `There is no ${section === 'services' ? 'service' : 'database'} "${printableLine(name)}" to override`,
          ...problems.suggest(name, names, `Add it under "${section}"`),
        });
      }
    }
  }
}
