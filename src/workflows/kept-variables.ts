import type { EnvironmentConfig, ServiceConfig } from '../core/config.ts';
import { fingerprint } from '../core/digest.ts';
import type { KeptVariable } from '../core/inspection.ts';
import { reveal } from '../core/secret.ts';
import type { EnvironmentState } from '../core/state.ts';
import type { KeptFingerprint } from '../plan/variable-drift.ts';
import { driverContext, requireDriver, targetOf } from './driver-context.ts';
import type { Workspace } from './workspace.ts';

/** For one platform, ms. */
const LIMIT = 15_000;

/** What a platform keeps of a service's variables; `silent` when it did not answer, or with a refusal. */
export type Kept = readonly KeptFingerprint[] | 'not_kept' | 'silent';

export interface KeptRequest {
  readonly environment: Pick<EnvironmentConfig, 'name' | 'mode'>;
  readonly service: ServiceConfig;
  readonly state: EnvironmentState | undefined;
}

/** Asks the platform which variables of a service it keeps. Values turn into fingerprints at once. */
export async function keptVariables(workspace: Workspace, request: KeptRequest): Promise<Kept> {
  const { environment, service, state } = request;
  const driver = await requireDriver(workspace, service);
  const resource = state?.resources[service.name];
  if (!driver.keptVariables || resource === undefined) return 'not_kept';
  const scope = { signal: AbortSignal.timeout(LIMIT), timeout: LIMIT, key: 'drift' };
  const target = targetOf(workspace.config, environment, service, resource);
  try {
    const kept = await driver.keptVariables(target, await driverContext(workspace, driver, service, scope));
    const key = await workspace.state.key();
    workspace.runtime.redactor.add(...(kept ?? []).flatMap(({ value }) => value ?? []));
    return kept?.map((one) => withFingerprint(one, key)) ?? 'not_kept';
  } catch {
    return 'silent';
  }
}

function withFingerprint({ name, ours, value }: KeptVariable, key: Uint8Array | undefined): KeptFingerprint {
  return { name, ours, ...(value && key ? { fingerprint: fingerprint(key, name, reveal(value)) } : {}) };
}
