import type { CommandSpec } from '../../command.ts';
import { chooseEnvironment, openProject, runOptions, runResult } from '../../project.ts';
import { RUN_OPTIONS } from '../../run-options.ts';

export const spec: CommandSpec = {
  effect: 'write',
  options: RUN_OPTIONS,
  examples: ['deployer canary promote --env staging'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { endCanary } = await import('../../../workflows/canary.ts');
    const { name } = await chooseEnvironment(invocation, workspace);
    const report = await endCanary(
      workspace,
      { env: name, outcome: 'promote' },
      await runOptions(invocation, workspace),
    );
    return runResult(report, invocation, workspace);
  },
};
