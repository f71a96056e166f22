import type { BuildInputs } from '../core/build-inputs.ts';
import type { EnvironmentConfig, ServiceConfig } from '../core/config.ts';
import { detectIn, requireDriver, targetOf } from './driver-context.ts';
import type { Workspace } from './workspace.ts';

export interface BuildPlace {
  readonly environment: Pick<EnvironmentConfig, 'name' | 'mode'>;
  readonly service: ServiceConfig;
  /** Names of variables that hold secrets. */
  readonly secrets: Iterable<string>;
}

/** What the driver of a service says of its build; `undefined` where the default builder works. */
export async function buildInputsOf(
  workspace: Workspace,
  { environment, service, secrets }: BuildPlace,
): Promise<BuildInputs | undefined> {
  const facts = await workspace.runtime.drivers.facts(service.driver);
  if (service.from !== undefined || !facts?.capabilities.includes('build')) return undefined;
  const driver = await requireDriver(workspace, service);
  const target = { ...targetOf(workspace.config, environment, service, null), secrets: [...secrets] };
  return driver.buildInputs?.(target, { root: workspace.config.root, detect: detectIn(workspace.config) });
}
