import { EXIT } from '../../../core/error-codes.ts';
import type { CommandSpec } from '../../command.ts';
import { flagOption, openProject, runOptions, runResult } from '../../project.ts';
import { FORCE_OPTION, RUN_OPTIONS } from '../../run-options.ts';

export const spec: CommandSpec = {
  effect: 'write',
  description:
    'Deploys the version that runs in one environment to another: the same built bytes, the other one’s configuration.',
  arguments: [
    { name: 'source', description: 'environment the version runs in' },
    { name: 'target', description: 'environment it goes to' },
  ],
  options: [
    { flags: '--plan-only', description: 'show difference and gates, change nothing' },
    FORCE_OPTION,
    ...RUN_OPTIONS,
  ],
  examples: ['deployer env promote staging production --plan-only', 'deployer env promote staging production --yes'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { planPromotion, promote, promotionDocument } = await import('../../../workflows/promote.ts');
    const [source = '', target = ''] = invocation.args;
    const request = { source, target, ...(flagOption(invocation.options, 'force') ? { force: true } : {}) };
    if (!flagOption(invocation.options, 'planOnly'))
      return runResult(
        await promote(workspace, request, await runOptions(invocation, workspace)),
        invocation,
        workspace,
      );
    const planned = await planPromotion(workspace, request);
    const { refuseErrors } = await import('../../../workflows/refuse.ts');
    refuseErrors([...planned.observation.snapshot.findings, ...planned.errors]);
    const { planText } = await import('../../../report/plan/text.ts');
    const document = promotionDocument(planned);
    return {
      document,
      text: (style) => planText(planned.plan, { style }),
      exit: document.status === 'blocked' ? EXIT.refused : EXIT.done,
    };
  },
};
