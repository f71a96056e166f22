import type { Review } from './rule.ts';

/** Two databases behind one variable are one database with two histories of migrations. */
export function checkDatabases({ config, problems }: Review): void {
  const owners = new Map<string, string>();
  for (const [name, { connection_env: variable }] of Object.entries(config.databases ?? {})) {
    if (variable === undefined) continue;
    const owner = owners.get(variable);
    if (owner === undefined) owners.set(variable, name);
    else {
      problems.add({
        level: 'warning',
        path: ['databases', name, 'connection_env'],
        message: `The databases ${owner} and ${name} are reached by the same variable`,
        fix: 'Give each database its own variable, or make one database of the two',
      });
    }
  }
}
