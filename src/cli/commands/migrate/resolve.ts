import type { Resolution } from '../../../core/migration.ts';
import type { CommandSpec, OptionValues } from '../../command.ts';
import { usage } from '../../program.ts';
import { chooseEnvironment, flagOption, openProject, positive, textOption } from '../../project.ts';
import { DATABASE_OPTION } from '../../run-options.ts';

export const spec: CommandSpec = {
  effect: 'write',
  description:
    'Puts the ledger right after a crash left a migration half applied. Look at the database first; this only records what you found.',
  arguments: [{ name: 'migration', description: 'id of the migration, as migrate status shows it' }],
  options: [
    DATABASE_OPTION,
    { flags: '--applied', description: 'it is applied as a whole' },
    { flags: '--rolled-back', description: 'nothing of it is applied; it may run again' },
    { flags: '--continue-from <n>', description: 'go on with this statement' },
  ],
  examples: ['deployer migrate resolve 0003_split --env production --rolled-back'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { resolveMigration } = await import('../../../workflows/migrate.ts');
    const resolution = resolutionOf(invocation.args[0] ?? '', invocation.options);
    const database = textOption(invocation.options, 'database');
    const { name } = await chooseEnvironment(invocation, workspace);
    await resolveMigration(workspace, { env: name, resolution, ...(database ? { database } : {}) });
    return {
      document: { status: 'success', env: name, resolution },
      text: () => `Recorded: ${resolution.id} ${resolution.as}`,
    };
  },
};

function resolutionOf(id: string, options: OptionValues): Resolution {
  const chosen: Resolution[] = [];
  if (flagOption(options, 'applied')) chosen.push({ as: 'applied', id });
  if (flagOption(options, 'rolledBack')) chosen.push({ as: 'rolled-back', id });
  if (options.continueFrom !== undefined)
    chosen.push({ as: 'continue-from', id, from: positive(options.continueFrom, '--continue-from') });
  const [only] = chosen;
  if (only && chosen.length === 1) return only;
  throw usage(
    'Say exactly one of --applied, --rolled-back and --continue-from',
    'Look at the database first, then say what you found',
  );
}
