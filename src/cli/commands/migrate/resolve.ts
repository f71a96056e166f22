import type { Resolution } from '../../../core/migration.ts';
import type { CommandSpec, OptionValues } from '../../command.ts';
import { chooseEnvironment, openProject } from '../../project.ts';
import { DATABASE_OPTION } from '../../run-options.ts';
import { usage } from '../../usage.ts';
import { flagOf, given, numberOf, textOf } from '../../values.ts';

export const spec: CommandSpec = {
  effect: 'write',
  outputs: ['migrate-resolve'],
  description:
    'Puts the ledger right after a crash left a migration half applied. Look at the database first; this only records what you found.',
  arguments: [{ name: 'migration', description: 'id of the migration, as migrate status shows it' }],
  options: [
    DATABASE_OPTION,
    { flags: '--applied', description: 'it is applied as a whole' },
    { flags: '--rolled-back', description: 'nothing of it is applied; it may run again' },
    { flags: '--continue-from <n>', description: 'go on with this statement', type: 'count' },
  ],
  examples: ['deployer migrate resolve 0003_split --env production --rolled-back'],
  async run(invocation) {
    const { args, options } = invocation;
    const resolution = resolutionOf(args[0] ?? '', options);
    const workspace = await openProject(invocation);
    const { resolveMigration } = await import('../../../workflows/migrate.ts');
    const { name: env } = await chooseEnvironment(invocation, workspace);
    await resolveMigration(workspace, { env, resolution, ...given({ database: textOf(options, 'database') }) });
    return {
      document: { status: 'success', env, resolution },
      text: () => `Recorded: ${resolution.id} ${resolution.as}`,
    };
  },
};

function resolutionOf(id: string, options: OptionValues): Resolution {
  const from = numberOf(options, 'continueFrom');
  const chosen: Resolution[] = [
    ...(flagOf(options, 'applied') ? [{ as: 'applied' as const, id }] : []),
    ...(flagOf(options, 'rolledBack') ? [{ as: 'rolled-back' as const, id }] : []),
    ...(from === undefined ? [] : [{ as: 'continue-from' as const, id, from }]),
  ];
  const [only] = chosen;
  if (only && chosen.length === 1) return only;
  throw usage(
    'Say exactly one of --applied, --rolled-back and --continue-from',
    'Look at the database first, then say what you found',
  );
}
