import type { JsonObject } from '../../core/json.ts';
import { isVariableName } from '../../core/name.ts';
import { type OptionCheck, wrong } from '../option-checks.ts';

export function checkSecretFiles(value: unknown): OptionCheck {
  const right =
    Array.isArray(value) &&
    value.every((name) => typeof name === 'string' && isVariableName(name)) &&
    new Set(value).size === value.length;
  return right ? { value } : wrong('is not a list of variables', 'names such as DATABASE_URL, each once');
}

/** Only what a cluster runs can have its secrets. `options` are complete. */
export function secretFileProblems(options: JsonObject) {
  const { secret_files, orchestrator, overlap } = options as unknown as {
    readonly secret_files: readonly string[];
    readonly orchestrator: string;
    readonly overlap: boolean;
  };
  if (secret_files.length === 0 || (orchestrator === 'swarm' && overlap)) return [];
  return [
    orchestrator === 'swarm'
      ? {
          path: ['secret_files'],
          message: 'are for services of a Swarm, and what may not run twice is a container of its host',
          fix: 'Leave it out: variables reach that container by the API of its engine',
        }
      : {
          path: ['secret_files'],
          message: 'are secrets of a Swarm, and this service runs in none',
          fix: 'Set orchestrator: swarm, or leave it out',
        },
  ];
}

/** Where a cluster mounts the secrets of a service. */
export const SECRETS_FOLDER = 'run/secrets';
