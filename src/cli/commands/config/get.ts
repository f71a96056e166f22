import { DeployerError } from '../../../core/errors.ts';
import { canonicalJson } from '../../../core/json.ts';
import { table } from '../../../report/table.ts';
import type { Workspace } from '../../../workflows/workspace.ts';
import type { CommandSpec, Invocation } from '../../command.ts';
import { chooseEnvironment, openProject } from '../../project.ts';
import { flagOf } from '../../values.ts';

export const spec: CommandSpec = {
  effect: 'read',
  outputs: ['config-get'],
  description: 'Shows a value of the complete config, defaults included; `env` is the environment a command would use.',
  arguments: [{ name: 'path', description: 'env, or a path such as environments.production.rollout' }],
  options: [{ flags: '--show-origin', description: 'say where the value came from' }],
  examples: ['deployer config get env --show-origin', 'deployer config get environments.production.rollout'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const [path = ''] = invocation.args;
    const { value, origin } = await find(invocation, workspace, path);
    const shown = typeof value === 'string' ? value : canonicalJson(value);
    const withOrigin = flagOf(invocation.options, 'showOrigin');
    return {
      document: { path, value, origin },
      text: (style) => (withOrigin ? table(['value', 'origin'], [[shown, origin]], style) : shown),
    };
  },
};

/** The complete config has its defaults and overrides in place, so that the file is all that can be named for it. */
async function find(
  invocation: Invocation,
  workspace: Workspace,
  path: string,
): Promise<{ value: unknown; origin: string }> {
  const { config } = workspace;
  if (path !== 'env') return { value: lookUp(config, path), origin: `${config.file}, or the default` };
  const { name, origin } = await chooseEnvironment(invocation, workspace);
  return { value: name, origin };
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
