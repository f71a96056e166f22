import { facts } from '../../../report/table.ts';
import type { CommandSpec } from '../../command.ts';
import { openProject } from '../../project.ts';
import { usage } from '../../usage.ts';
import { given, numberOf, textOf } from '../../values.ts';

export const spec: CommandSpec = {
  effect: 'write',
  outputs: ['env-create'],
  description: 'Makes an environment that follows the config of another one. Nothing is deployed yet.',
  arguments: [{ name: 'name', description: 'name of the new environment' }],
  options: [
    {
      flags: '--from <environment>',
      description: 'environment of the config file whose settings it follows',
      completes: 'environments',
    },
    {
      flags: '--ttl <duration>',
      description: 'when env prune may remove it (default: that of --from)',
      type: 'duration',
    },
  ],
  examples: ['deployer env create pr-42 --from preview', 'deployer env create qa --from staging --ttl 72h'],
  async run(invocation) {
    const { args, options } = invocation;
    const [name = ''] = args;
    const from = textOf(options, 'from');
    if (!from) throw usage('env create needs --from', `For instance: deployer env create ${name} --from staging`);
    const workspace = await openProject(invocation);
    const { createEnvironment } = await import('../../../workflows/environments.ts');
    const made = await createEnvironment(workspace, { name, from, ...given({ ttlMs: numberOf(options, 'ttl') }) });
    return {
      document: { status: 'success', ...made },
      text: (style) =>
        facts(
          [
            ['created', made.name],
            ['follows', made.template],
            ['expires', made.expires_at],
            ['next', `deployer deploy --env ${made.name}`],
          ],
          style,
        ),
    };
  },
};
