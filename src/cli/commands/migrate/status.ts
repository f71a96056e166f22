import type { MigrationStatus } from '../../../core/migration.ts';
import { stateCell } from '../../../report/state-cell.ts';
import { table } from '../../../report/table.ts';
import type { CommandSpec } from '../../command.ts';
import { chooseEnvironment, openProject } from '../../project.ts';
import { DATABASE_OPTION } from '../../run-options.ts';
import { given, textOf } from '../../values.ts';

export const spec: CommandSpec = {
  effect: 'read',
  outputs: ['migrate-status'],
  options: [DATABASE_OPTION],
  examples: ['deployer migrate status --env staging'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { migrationStatus } = await import('../../../workflows/migrate.ts');
    const { name: env } = await chooseEnvironment(invocation, workspace);
    const database = textOf(invocation.options, 'database');
    const databases = await migrationStatus(workspace, { env, ...given({ database }) });
    const rows = Object.entries(databases).flatMap(([name, observed]) => rowsOf(name, observed));
    return {
      document: {
        env,
        databases: Object.fromEntries(Object.entries(databases).map(([name, it]) => [name, documentOf(it)])),
      },
      text: (style) =>
        table(
          ['database', 'migration', 'phase', 'status'],
          rows.map(([name = '', id = '', phase = '', status = '']) => [name, id, phase, stateCell(status, style)]),
          style,
        ) || 'No migrations',
    };
  },
};

function documentOf({ applied, pending, dirty, problems }: MigrationStatus) {
  return { applied, pending, dirty: dirty ?? null, problems };
}

function rowsOf(database: string, { applied, pending, dirty }: MigrationStatus): string[][] {
  const halfDone = (id: string) => dirty?.id === id;
  return [
    ...applied.map(({ id, phase, applied_at }) => [database, id, phase, `applied ${applied_at}`]),
    ...pending.map(({ id, phase }) => [
      database,
      id,
      phase,
      halfDone(id) ? `dirty after statement ${dirty?.statements_done}` : 'pending',
    ]),
  ];
}
