import type { Review } from './rule.ts';

/** Databases are apart from each other, and their migrations can be found. */
export function checkDatabases(review: Review): void {
  checkVariables(review);
  checkMigrationPaths(review);
}

/** Two databases behind one variable are one database with two histories of migrations. */
function checkVariables({ config, problems }: Review): void {
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

/** An environment may be the only one that names migrations; then it has to name all there is to know. */
function checkMigrationPaths({ config, problems }: Review): void {
  for (const [environment, { databases }] of Object.entries(config.environments ?? {})) {
    for (const [name, { migrations }] of Object.entries(databases ?? {})) {
      const base = config.databases?.[name];
      const path = ['environments', environment, 'databases', name, 'migrations'];
      if (!base || base.migrations || !migrations || migrations.path !== undefined || problems.touches(path)) continue;
      const message = 'The migrations have no path, here or under "databases"';
      problems.add({ path, message, expected: 'path: a folder inside the project folder' });
    }
  }
}
