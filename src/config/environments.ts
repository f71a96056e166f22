import type { Config, EnvironmentConfig, Mode } from '../core/config.ts';
import { DeployerError } from '../core/errors.ts';
import { nearest } from '../core/name.ts';
import { list } from '../core/text.ts';

/** The environment of this name or alias. Throws `NOT_FOUND` with those there are. */
export function findEnvironment(config: Config, nameOrAlias: string): EnvironmentConfig {
  const environments = Object.values(config.environments);
  const found = environments.find(({ name, aliases }) => name === nameOrAlias || aliases.includes(nameOrAlias));
  if (found) return found;
  const names = environments.flatMap(({ name, aliases }) => [name, ...aliases]);
  const near = nearest(nameOrAlias, names);
  throw new DeployerError({
    code: 'NOT_FOUND',
    stage: 'config',
    reason: `There is no environment "${nameOrAlias}"`,
    fix: near ? `Did you mean "${near}"?` : `Name one of ${list(names)}`,
    place: { file: config.file },
  });
}

/**
 * The environment of commands without `--env`, and what chose it: the one the config prefers, else the only one in mode
 * `dev`. Throws `USAGE` when there is no such choice.
 */
export function defaultEnvironment(config: Config): { readonly name: string; readonly origin: string } {
  if (config.default_environment !== undefined)
    return { name: config.default_environment, origin: 'default_environment in the config' };
  const [only, ...more] = Object.values(config.environments).filter(({ mode }) => mode === 'dev');
  if (only && more.length === 0) return { name: only.name, origin: 'the only environment in mode dev' };
  throw new DeployerError({
    code: 'USAGE',
    reason: `Which environment? There are ${list(Object.keys(config.environments))}`,
    fix: 'Name one with --env, or set default_environment in the config',
    stage: 'usage',
  });
}

export interface EnvironmentRequest {
  readonly name: string;
  /** Name or alias of the environment it follows. */
  readonly template: string;
  /** Default: the template's. */
  readonly mode?: Mode;
  /** Default: none, so that any version may come in. */
  readonly promote_from?: readonly string[];
}

/** The config of an environment that was made at run time: its template's, under its own name. */
export function environmentFrom(config: Config, request: EnvironmentRequest): EnvironmentConfig {
  const { ttl: _, ...template } = findEnvironment(config, request.template);
  const mode = request.mode ?? template.mode;
  return {
    ...template,
    name: request.name,
    mode,
    aliases: [],
    protected: template.protected || mode === 'production',
    promote_from: request.promote_from ?? [],
    template: template.name,
  };
}
