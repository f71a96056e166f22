import { EXIT } from '../../../core/error-codes.ts';
import type { CommandResult, CommandSpec, Invocation } from '../../command.ts';
import { openProject } from '../../project.ts';
import { FORCE_OPTION, RUN_OPTIONS } from '../../run-options.ts';
import { runVerb } from '../../run-verb.ts';
import { flagOf, given } from '../../values.ts';

export const spec: CommandSpec = {
  effect: 'write',
  outputs: ['run', 'promotion'],
  description:
    'Deploys the version that runs in one environment to another: the same built bytes, the other one’s configuration.',
  arguments: [
    { name: 'source', description: 'environment the version runs in', completes: 'environments' },
    { name: 'target', description: 'environment it goes to', completes: 'environments' },
  ],
  options: [
    { flags: '--plan-only', description: 'show difference and gates, change nothing' },
    FORCE_OPTION,
    ...RUN_OPTIONS,
  ],
  examples: ['deployer env promote staging production --plan-only', 'deployer env promote staging production --yes'],
  run: (invocation) =>
    flagOf(invocation.options, 'planOnly')
      ? showPromotion(invocation)
      : runVerb(invocation, async ({ workspace, running }) => {
          const { promote } = await import('../../../workflows/promote.ts');
          return promote(workspace, requestOf(invocation), running);
        }),
};

async function showPromotion(invocation: Invocation): Promise<CommandResult> {
  const workspace = await openProject(invocation);
  const { planPromotion, promotionDocument } = await import('../../../workflows/promote.ts');
  const { refuseErrors } = await import('../../../workflows/refuse.ts');
  const planned = await planPromotion(workspace, requestOf(invocation));
  refuseErrors([...planned.observation.snapshot.findings, ...planned.errors]);
  const { planText } = await import('../../../report/plan/text.ts');
  const document = promotionDocument(planned);
  return {
    document,
    text: (style) => planText(planned.plan, { style }),
    markdown: async () => (await import('../../../report/plan/markdown.ts')).planMarkdown(planned.plan),
    exit: document['status'] === 'blocked' ? EXIT.refused : EXIT.done,
  };
}

function requestOf({ args: [source = '', target = ''], options }: Invocation) {
  return { source, target, ...given({ force: flagOf(options, 'force') }) };
}
