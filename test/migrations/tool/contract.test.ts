import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '../../../src/core/json.ts';
import { migrationEngines } from '../../../src/migrations/catalog.ts';
import { migrationEngineContract } from '../../contracts/migration-engine.ts';
import { contextOf, targetOf } from '../context.ts';
import { recordingProcesses } from '../processes.ts';
import { addFiles, project } from '../project.ts';
import { type FakeTool, installFake } from './fake-tools.ts';

interface Layout {
  readonly engine: string;
  readonly tool: FakeTool;
  readonly options?: JsonObject;
  /** Id and files of migration number `number`. */
  write(number: number, sql: string): { readonly id: string; readonly files: Readonly<Record<string, string>> };
  /** What the fake records → id. */
  id?(recorded: string): string;
}

const layouts: readonly Layout[] = [
  {
    engine: 'prisma',
    tool: 'prisma',
    write: (number, sql) => ({ id: `2026010${number}_step`, files: { [`2026010${number}_step/migration.sql`]: sql } }),
  },
  {
    engine: 'knex',
    tool: 'knex',
    write: (number, sql) => ({
      id: `2026010${number}_step`,
      files: { [`2026010${number}_step.js`]: `exports.up = (k) => k.raw('${sql}');` },
    }),
    id: (recorded) => recorded.replace('.js', ''),
  },
  {
    engine: 'dbmate',
    tool: 'dbmate',
    write: (number, sql) => ({
      id: `2026010${number}_step`,
      files: { [`2026010${number}_step.sql`]: `-- migrate:up\n${sql};\n-- migrate:down\n` },
    }),
    id: (recorded) => recorded.replace('.sql', ''),
  },
  {
    engine: 'drizzle',
    tool: 'drizzle-kit',
    write: (number, sql) => ({
      id: `000${number}_step`,
      files: { [`000${number}_step.sql`]: sql, 'meta/_journal.json': journal(number) },
    }),
  },
  {
    engine: 'command',
    tool: 'migrator',
    options: { apply: ['migrator', 'apply'], pending: './node_modules/.bin/migrator pending' },
    write: (number, sql) => ({ id: `000${number}_step`, files: { [`000${number}_step.sql`]: sql } }),
    id: (recorded) => recorded.replace('.sql', ''),
  },
];

for (const layout of layouts) {
  const engine = await migrationEngines.load(layout.engine);
  if (engine === undefined) throw new Error(layout.engine);
  migrationEngineContract({
    title: `${layout.engine} with a stand-in for ${layout.tool}`,
    engine,
    scene: () => scene(layout),
  });
}

async function scene({ tool, options = {}, write, id }: Layout) {
  const root = await project({});
  await installFake(root, tool);
  return {
    target: targetOf(root, `sqlite:${root}/app.db`, { options }),
    context: (more: { readonly signal?: AbortSignal } = {}) => contextOf({ ...more, processes: recordingProcesses() }),
    async add(number: number, quality: 'good' | 'bad') {
      const { id: name, files } = write(number, quality === 'good' ? 'create table a (id integer)' : 'select BAD');
      await addFiles(root, files);
      return name;
    },
    async effects() {
      if (!existsSync(join(root, 'applied'))) return [];
      const lines = (await readFile(join(root, 'applied'), 'utf8')).split('\n').filter(Boolean);
      return lines.map((line) => id?.(line) ?? line);
    },
  };
}

function journal(count: number): string {
  const entries = Array.from({ length: count }, (_, idx) => ({
    idx,
    version: '7',
    when: 1_795_254_142_000 + idx,
    tag: `000${idx + 1}_step`,
    breakpoints: true,
  }));
  return JSON.stringify({ version: '7', dialect: 'sqlite', entries });
}
