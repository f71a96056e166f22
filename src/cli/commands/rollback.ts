import type { CommandSpec } from '../command.ts';
import { chooseEnvironment, flagOption, openProject, runOptions, runResult, textOption } from '../project.ts';
import { FORCE_OPTION, RUN_OPTIONS } from '../run-options.ts';

export const spec: CommandSpec = {
  effect: 'write',
  description:
    'Goes back to an earlier version and the configuration it ran with. After a run that was cut off: takes it back.',
  options: [
    { flags: '--to <version>', description: 'a version by id or name (default: the one before)' },
    { flags: '--migrate-down', description: 'run the down files of migrations that came since' },
    FORCE_OPTION,
    ...RUN_OPTIONS,
  ],
  examples: ['deployer rollback --env production', 'deployer rollback --env staging --to v3.1'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { rollback } = await import('../../workflows/rollback.ts');
    const to = textOption(invocation.options, 'to');
    const { name } = await chooseEnvironment(invocation, workspace);
    const report = await rollback(
      workspace,
      {
        env: name,
        ...(to ? { to } : {}),
        ...(flagOption(invocation.options, 'migrateDown') ? { migrateDown: true } : {}),
        ...(flagOption(invocation.options, 'force') ? { force: true } : {}),
      },
      await runOptions(invocation, workspace),
    );
    return runResult(report, invocation, workspace);
  },
};
