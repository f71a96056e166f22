import type { BuildInputs } from '../core/build-inputs.ts';
import type { EnvironmentConfig, ServiceConfig } from '../core/config.ts';
import type { SourceHash } from '../project/source.ts';
import { buildInputsOf } from './build-inputs.ts';
import type { Workspace } from './workspace.ts';

export interface ServiceSource {
  readonly service: ServiceConfig;
  readonly inputs: BuildInputs | undefined;
  readonly files: SourceHash;
}

/** What each service is made from, by its name. */
export type ServiceSources = ReadonlyMap<string, ServiceSource>;

/** Reads the sources of all services once; `secrets` are the names of variables that hold some. */
export async function readSources(
  workspace: Workspace,
  environment: EnvironmentConfig,
  secrets: readonly string[],
): Promise<ServiceSources> {
  const read = new Map<string, ServiceSource>();
  for (const service of Object.values(environment.services)) {
    const inputs = await buildInputsOf(workspace, { environment, service, secrets });
    read.set(service.name, { service, inputs, files: workspace.sources().hash(service, inputs) });
  }
  return read;
}
