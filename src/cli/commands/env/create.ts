import { facts } from '../../../report/table.ts';
import type { CommandSpec } from '../../command.ts';
import { usage } from '../../program.ts';
import { duration, openProject, textOption } from '../../project.ts';

export const spec: CommandSpec = {
  effect: 'write',
  description: 'Makes an environment that follows the config of another one. Nothing is deployed yet.',
  arguments: [{ name: 'name', description: 'name of the new environment' }],
  options: [
    { flags: '--from <environment>', description: 'environment of the config file whose settings it follows' },
    { flags: '--ttl <duration>', description: 'when env prune may remove it (default: that of --from)' },
  ],
  examples: ['deployer env create pr-42 --from preview', 'deployer env create qa --from staging --ttl 72h'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { createEnvironment } = await import('../../../workflows/environments.ts');
    const [name = ''] = invocation.args;
    const from = textOption(invocation.options, 'from');
    if (!from) throw usage('env create needs --from', 'For instance: deployer env create qa --from staging');
    const { ttl } = invocation.options;
    const made = await createEnvironment(workspace, {
      name,
      from,
      ...(ttl === undefined ? {} : { ttlMs: duration(ttl, '--ttl') }),
    });
    return {
      document: { status: 'success', ...made },
      text: () =>
        facts([
          ['created', made.name],
          ['follows', made.template],
          ['expires', made.expires_at],
          ['next', `deployer deploy --env ${made.name}`],
        ]),
    };
  },
};
