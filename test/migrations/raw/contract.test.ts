import { describe } from 'vitest';
import { engine } from '../../../src/migrations/engines/raw.ts';
import { migrationEngineContract } from '../../contracts/migration-engine.ts';
import { contextOf, targetOf } from '../context.ts';
import { dialects, type TestDialect } from '../databases.ts';
import { addFiles, project } from '../project.ts';

for (const dialect of dialects) {
  const suffix = dialect.unavailable === undefined ? '' : ` (skipped: ${dialect.unavailable})`;
  describe.skipIf(dialect.unavailable !== undefined)(`on ${dialect.name}${suffix}`, () => {
    migrationEngineContract({ title: `raw on ${dialect.name}`, engine, scene: () => scene(dialect) });
  });
}

async function scene({ create }: TestDialect) {
  const database = await create();
  const root = await project({});
  return {
    target: targetOf(root, database.url),
    context: contextOf,
    async add(number: number, quality: 'good' | 'bad') {
      const id = `${String(number).padStart(4, '0')}_step`;
      const sql = quality === 'good' ? `create table t${number} (id integer)` : 'insert into missing values (1)';
      await addFiles(root, { [`${id}.sql`]: sql });
      return id;
    },
    async effects() {
      const found: string[] = [];
      for (const number of [1, 2]) {
        const present = await database.sql(`select 1 from t${number}`).then(
          () => true,
          () => false,
        );
        if (present) found.push(`000${number}_step`);
      }
      return found;
    },
  };
}
