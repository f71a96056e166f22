import type { CommandSpec } from '../../command.ts';
import { chooseEnvironment, openProject, runOptions, runResult, textOption } from '../../project.ts';
import { DATABASE_OPTION, RUN_OPTIONS } from '../../run-options.ts';

export const spec: CommandSpec = {
  effect: 'write',
  description: 'Applies pending migrations, those with strategy manual too.',
  options: [DATABASE_OPTION, ...RUN_OPTIONS],
  examples: ['deployer migrate run --env production --database main'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { runMigrations } = await import('../../../workflows/migrate.ts');
    const database = textOption(invocation.options, 'database');
    const { name } = await chooseEnvironment(invocation, workspace);
    const report = await runMigrations(
      workspace,
      { env: name, ...(database ? { database } : {}) },
      await runOptions(invocation, workspace),
    );
    return runResult(report, invocation, workspace);
  },
};
