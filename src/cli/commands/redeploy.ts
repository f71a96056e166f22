import type { CommandSpec } from '../command.ts';
import { chooseEnvironment, openProject, runOptions, runResult } from '../project.ts';
import { RUN_OPTIONS } from '../run-options.ts';

export const spec: CommandSpec = {
  effect: 'write',
  description: 'Places the running version again, with the variables of today.',
  options: RUN_OPTIONS,
  examples: ['deployer redeploy --env staging'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { redeploy } = await import('../../workflows/redeploy.ts');
    const { name } = await chooseEnvironment(invocation, workspace);
    return runResult(
      await redeploy(workspace, { env: name }, await runOptions(invocation, workspace)),
      invocation,
      workspace,
    );
  },
};
