import { list } from '../../../core/text.ts';
import { findingText } from '../../../report/failure.ts';
import type { CommandSpec } from '../../command.ts';
import { insist, openProject } from '../../project.ts';
import { keysOf, stepsText } from '../../settings-steps.ts';
import { flagOf, given, textOf } from '../../values.ts';

export const spec: CommandSpec = {
  effect: 'write',
  outputs: ['env-copy'],
  description:
    'Sets in one environment what another one has, in one revision. Secrets stay out unless --secrets is given, and are copied as references. It shows what would change and asks.',
  arguments: [
    { name: 'from', description: 'environment to copy from', completes: 'environments' },
    { name: 'to', description: 'environment to change', completes: 'environments' },
  ],
  options: [
    { flags: '--keys <names>', description: 'only these, with commas between (default: all variables and flags)' },
    { flags: '--secrets', description: 'references of secrets too; both environments then read the same ones' },
  ],
  examples: [
    'deployer env copy staging production --keys LOG_LEVEL,REGION',
    'deployer env copy staging pr-42 --secrets --yes',
  ],
  async run(invocation) {
    const { args, options } = invocation;
    const [from = '', to = ''] = args;
    const workspace = await openProject(invocation);
    const { planCopy, carryOutCopy } = await import('../../../workflows/copy-settings.ts');
    const { isChange } = await import('../../../workflows/settings-steps.ts');
    const secrets = flagOf(options, 'secrets') ? 'with' : 'without';
    const keys = keysOf(textOf(options, 'keys'));
    const copy = await planCopy(workspace, { from, to, secrets, ...given({ keys }) });
    const { environment, steps, left_out, warnings } = copy;
    for (const warning of warnings) invocation.note(findingText(warning));
    if (left_out.length > 0) invocation.note(`left out, as secrets: ${list(left_out)}`);
    if (steps.some(isChange))
      await insist(invocation, {
        text: `Set this in ${environment.name}?`,
        flag: '--yes',
        about: (style) => stepsText(steps, style),
      });
    const { env, revision, changed } = await carryOutCopy(workspace, copy);
    return {
      document: { status: 'success', from: copy.from, env, revision, changed, steps, left_out, warnings },
      text: () =>
        changed
          ? `Revision ${revision} of ${env}; it takes effect with: deployer deploy --env ${env}`
          : `Nothing to change: ${env} has the same as ${copy.from}${left_out.length > 0 ? ', but for what is left out' : ''}`,
    };
  },
};
