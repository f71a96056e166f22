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

/** The environment of commands without `--env`: the one the config prefers, else the only one in mode `dev`. */
export function defaultEnvironment(config: Config): EnvironmentConfig | undefined {
  if (config.default_environment !== undefined) return config.environments[config.default_environment];
  const [first, ...more] = Object.values(config.environments).filter(({ mode }) => mode === 'dev');
  return more.length === 0 ? first : undefined;
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
