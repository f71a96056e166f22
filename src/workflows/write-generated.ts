import { join } from 'node:path';
import { findEnvironment } from '../config/environments.ts';
import type { EnvironmentConfig, ServiceConfig } from '../core/config.ts';
import { configurationOf } from '../core/configuration.ts';
import { DeployerError } from '../core/errors.ts';
import { writeNew } from '../project/write-new.ts';
import { buildInputsOf } from './build-inputs.ts';
import type { Workspace } from './workspace.ts';

export interface WrittenFile {
  readonly service: string;
  /** Root-relative. */
  readonly path: string;
  /** The Dockerfile does what this command does, which from now on would run before it. */
  readonly obsolete?: string;
}

/**
 * Writes what builds would generate into the project, to be changed there. Never overwrites: a service that has a file of
 * its own has nothing generated. Without a file to write it is `NOT_FOUND`.
 */
export async function writeGenerated(workspace: Workspace, env: string | undefined): Promise<readonly WrittenFile[]> {
  const written: WrittenFile[] = [];
  for (const environment of environmentsOf(workspace, env))
    for (const service of Object.values(environment.services))
      written.push(...(await writeFor(workspace, environment, service)));
  if (written.length === 0) throw nothingToWrite();
  return written;
}

/** Where environments differ, the first one that generates a file decides. */
function environmentsOf({ config }: Workspace, env: string | undefined): readonly EnvironmentConfig[] {
  return env === undefined ? Object.values(config.environments) : [findEnvironment(config, env)];
}

async function writeFor(
  workspace: Workspace,
  environment: EnvironmentConfig,
  service: ServiceConfig,
): Promise<readonly WrittenFile[]> {
  const secrets = Object.keys(configurationOf(environment, undefined).secrets);
  const inputs = await buildInputsOf(workspace, { environment, service, secrets });
  const written: WrittenFile[] = [];
  const obsolete = service.build.command === undefined ? {} : { obsolete: `services.${service.name}.build.command` };
  for (const { path, text } of inputs?.generated ?? [])
    if ((await writeNew(join(workspace.config.root, path), text)) === 'written')
      written.push({ service: service.name, path, ...obsolete });
  return written;
}

function nothingToWrite(): DeployerError {
  return new DeployerError({
    code: 'NOT_FOUND',
    reason: 'No Dockerfile was written: each service of the Docker driver has one, or none is generated for its kind',
    fix: 'See what keeps a service from being built: deployer doctor',
    stage: 'usage',
  });
}
