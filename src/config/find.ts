import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DeployerError } from '../core/errors.ts';

/** Names a config file may have; the first is the one that `init` writes. */
export const CONFIG_NAMES = ['deploy.config.yaml', 'deploy.config.yml', 'deploy.config.json'] as const;

/**
 * The absolute path of the config: `explicit` (relative to `cwd`, not checked here) or the one in `cwd` or its nearest
 * parent, no further up than the root of the git repository. Throws `INVALID_CONFIG` when there is none, or two side
 * by side.
 */
export function findConfig(cwd: string, explicit?: string): string {
  if (explicit !== undefined) return resolve(cwd, explicit);
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const present = CONFIG_NAMES.map((name) => join(folder, name)).filter((file) => existsSync(file));
    if (present.length > 1) throw ambiguous(folder, present.length);
    if (present[0] !== undefined) return present[0];
    if (existsSync(join(folder, '.git')) || dirname(folder) === folder) throw missing(cwd);
  }
}

function ambiguous(folder: string, amount: number): DeployerError {
  return new DeployerError({
    code: 'INVALID_CONFIG',
    stage: 'config',
    reason: `${folder} holds ${amount} config files`,
    fix: 'Keep one of them, or name the one you mean with --config',
  });
}

function missing(cwd: string): DeployerError {
  return new DeployerError({
    code: 'INVALID_CONFIG',
    stage: 'config',
    reason: `There is no ${CONFIG_NAMES[0]} in ${cwd} or the folders above it`,
    fix: 'Run "deployer init" to write one, or name another with --config',
  });
}
