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

function rowsOf(database: string, { files, applied, pending, dirty }: MigrationStatus): string[][] {
  const halfDone = files.find(({ id }) => id === dirty?.id);
  return [
    ...applied.map(({ id, phase, applied_at }) => [database, id, phase, `applied ${applied_at}`]),
    // Its file may be gone: it is half applied all the same.
    ...(dirty ? [[database, dirty.id, halfDone?.phase ?? '', `dirty after statement ${dirty.statements_done}`]] : []),
    ...pending.filter(({ id }) => id !== dirty?.id).map(({ id, phase }) => [database, id, phase, 'pending']),
  ];
}
