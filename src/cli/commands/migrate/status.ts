import { table } from '../../../report/table.ts';
import type { CommandSpec } from '../../command.ts';
import { chooseEnvironment, openProject, textOption } from '../../project.ts';
import { DATABASE_OPTION } from '../../run-options.ts';

export const spec: CommandSpec = {
  effect: 'read',
  options: [DATABASE_OPTION],
  examples: ['deployer migrate status --env staging'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { migrationStatus } = await import('../../../workflows/migrate.ts');
    const wanted = textOption(invocation.options, 'database');
    const { name } = await chooseEnvironment(invocation, workspace);
    const all = Object.entries(await migrationStatus(workspace, { env: name })).filter(
      ([database]) => !wanted || database === wanted,
    );
    const rows = all.flatMap(([database, { applied, pending, dirty }]) => [
      ...applied.map(({ id, phase, applied_at }) => [database, id, phase, `applied ${applied_at}`]),
      ...pending.map(({ id, phase }) => [
        database,
        id,
        phase,
        dirty?.id === id ? `dirty after statement ${dirty.statements_done}` : 'pending',
      ]),
    ]);
    const databases = Object.fromEntries(
      all.map(([database, { applied, pending, dirty, problems }]) => [
        database,
        { applied, pending, dirty: dirty ?? null, problems },
      ]),
    );
    return {
      document: { env: name, databases },
      text: () => table(['database', 'migration', 'phase', 'status'], rows) || 'No migrations',
    };
  },
};
