import type { Config } from '../core/config.ts';
import { DeployerError } from '../core/errors.ts';
import { list } from '../core/text.ts';

/** The environment of a command without `--env`: the config's default, else the only one in mode `dev`. */
export function defaultEnvironment(config: Config): { name: string; origin: string } {
  if (config.default_environment)
    return { name: config.default_environment, origin: 'default_environment in the config' };
  const dev = Object.values(config.environments).filter(({ mode }) => mode === 'dev');
  const [only] = dev;
  if (only && dev.length === 1) return { name: only.name, origin: 'the only environment in mode dev' };
  throw new DeployerError({
    code: 'USAGE',
    reason: `Which environment? There are ${list(Object.keys(config.environments))}`,
    fix: 'Name one with --env, or set default_environment in the config',
    stage: 'usage',
  });
}
