import { EXIT } from '../../../core/error-codes.ts';
import { findingText } from '../../../report/failure.ts';
import type { CommandSpec } from '../../command.ts';
import { chooseEnvironment, openProject } from '../../project.ts';

export const spec: CommandSpec = {
  effect: 'read',
  description:
    'Checks that every variable a service needs has a value in the environment, and that every secret can be read.',
  examples: ['deployer env check --env production'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { checkEnvironment } = await import('../../../workflows/check-environment.ts');
    const { env, findings } = await checkEnvironment(workspace, (await chooseEnvironment(invocation, workspace)).name);
    const bad = findings.some(({ level }) => level === 'error');
    return {
      document: { env, status: bad ? 'incomplete' : 'complete', findings },
      text: (style) =>
        [
          ...findings.map((finding) => findingText(finding, style)),
          bad ? '' : `${env} has everything its services need`,
        ]
          .filter(Boolean)
          .join('\n'),
      exit: bad ? EXIT.refused : EXIT.done,
    };
  },
};
