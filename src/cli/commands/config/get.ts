import { DeployerError } from '../../../core/errors.ts';
import { canonicalJson } from '../../../core/json.ts';
import { table } from '../../../report/table.ts';
import type { CommandSpec } from '../../command.ts';
import { chooseEnvironment, flagOption, openProject } from '../../project.ts';

export const spec: CommandSpec = {
  effect: 'read',
  description: 'Shows a value of the complete config, defaults included; `env` is the environment a command would use.',
  arguments: [{ name: 'path', description: 'env, or a path such as environments.production.rollout' }],
  options: [{ flags: '--show-origin', description: 'say where the value came from' }],
  examples: ['deployer config get env --show-origin', 'deployer config get environments.production.rollout'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const [path = ''] = invocation.args;
    const { value, origin } =
      path === 'env'
        ? await environmentValue(invocation, workspace)
        : { value: lookUp(workspace.config, path), origin: workspace.config.file };
    const shown = typeof value === 'string' ? value : canonicalJson(value);
    const withOrigin = flagOption(invocation.options, 'showOrigin');
    return {
      document: { path, value, origin },
      text: () => (withOrigin ? table(['value', 'origin'], [[shown, origin]]) : shown),
    };
  },
};

async function environmentValue(
  invocation: Parameters<typeof chooseEnvironment>[0],
  workspace: Parameters<typeof chooseEnvironment>[1],
) {
  const { name, origin } = await chooseEnvironment(invocation, workspace);
  return { value: name as unknown, origin };
}

function lookUp(config: object, path: string): unknown {
  let value: unknown = config;
  for (const part of path.split('.'))
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, part)
        ? (value as Record<string, unknown>)[part]
        : undefined;
  if (value !== undefined) return value;
  throw new DeployerError({
    code: 'NOT_FOUND',
    reason: `The config has no value at ${path}`,
    fix: 'See: deployer schema',
    stage: 'config',
  });
}
