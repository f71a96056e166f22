import { facts, table } from '../../../report/table.ts';
import type { CommandSpec } from '../../command.ts';
import { chooseEnvironment, openProject } from '../../project.ts';

export const spec: CommandSpec = {
  effect: 'read',
  arguments: [{ name: '[environment]', description: 'environment (default: --env)' }],
  examples: ['deployer env show production', 'deployer env show --env staging --json'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { showEnvironment } = await import('../../../workflows/environments.ts');
    const env = await showEnvironment(
      workspace,
      invocation.args[0] ?? (await chooseEnvironment(invocation, workspace)).name,
    );
    return {
      document: { ...env },
      text: () =>
        [
          facts([
            ['environment', env.name],
            ['mode', env.mode],
            ['made from', env.template],
            ['expires', env.expires_at],
            ['version', env.version_name ?? env.version_id],
            ['deployed', env.deployed_at],
            ['takes versions from', env.promote_from.join(', ')],
            ['revision', env.revisions ? String(env.revisions) : undefined],
          ]),
          table(
            ['service', 'driver', 'artifact', 'url'],
            Object.entries(env.services).map(([name, { driver, artifact, url }]) => [
              name,
              driver,
              artifact?.slice(0, 19) ?? '-',
              url ?? '-',
            ]),
          ),
          table(
            ['setting', 'value'],
            [
              ...Object.entries(env.configuration.variables),
              ...Object.entries(env.configuration.secrets).map(([name, reference]) => [name, `secret ${reference}`]),
              ...Object.entries(env.configuration.flags).map(([name, value]) => [name, `flag ${String(value)}`]),
            ].map(([name = '', value = '']) => [name, value]),
          ),
        ]
          .filter(Boolean)
          .join('\n\n'),
    };
  },
};
