import type { CommandSpec } from '../../command.ts';
import { findingsResult } from '../../findings-result.ts';
import { chooseEnvironment, openProject } from '../../project.ts';

export const spec: CommandSpec = {
  effect: 'read',
  outputs: ['env-check'],
  description:
    'Checks that every variable a service needs has a value of the right form, and that every secret can be read.',
  examples: ['deployer env check --env production'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { checkEnvironment } = await import('../../../workflows/check-environment.ts');
    const { name } = await chooseEnvironment(invocation, workspace);
    const { env, findings } = await checkEnvironment(workspace, name);
    return findingsResult({
      findings,
      status: 'complete',
      document: { env },
      sentence: `${env} has everything its services need`,
    });
  },
};
