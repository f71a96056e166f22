import type { RunReport } from '../core/run.ts';
import type { Snapshot } from '../core/snapshot.ts';
import { type DestroyRequest, planDestroy } from '../plan/destroy.ts';
import { applyPlan, type Planned } from './apply.ts';
import type { RunOptions } from './deploy.ts';
import { driverContext, requireDriver, targetOf } from './driver-context.ts';
import { observe } from './observe.ts';
import type { Workspace } from './workspace.ts';

/** For the answers of all places of one service, ms. */
const LIMIT = 30_000;

export type DestructionRequest = Omit<DestroyRequest, 'silent'> & { readonly env: string };

/** What removing everything of an environment would do. It needs no variables and no database that answers. */
export async function planDestruction(workspace: Workspace, request: DestructionRequest): Promise<Planned> {
  const observation = await observe(workspace, request);
  const silent = await silentPlaces(workspace, observation.snapshot);
  const { plan, errors } = planDestroy(observation.snapshot, { ...request, silent });
  return { plan, errors, observation: { ...observation, snapshot: { ...observation.snapshot, findings: [] } } };
}

/** Removes everything an environment has on its platforms. Databases are left alone, and so is data unless asked for. */
export async function destroyEnvironment(
  workspace: Workspace,
  request: DestructionRequest,
  options: RunOptions,
): Promise<RunReport> {
  return applyPlan({
    workspace,
    makePlan: () => planDestruction(workspace, request),
    command: 'env destroy',
    ...options,
  });
}

/** Where nobody answers now, by service; only of what an earlier run provisioned. */
async function silentPlaces(
  workspace: Workspace,
  { environment, current }: Snapshot,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const known = Object.values(environment.services).filter(({ name }) => current?.resources[name] !== undefined);
  const answers = known.map(async (service) => {
    const driver = await requireDriver(workspace, service);
    if (!driver.silentPlaces) return [];
    const target = targetOf(workspace.config, environment, service, current?.resources[service.name] ?? null);
    const scope = { signal: AbortSignal.timeout(LIMIT), timeout: LIMIT, key: 'silent' };
    const places = await driver.silentPlaces(target, await driverContext(workspace, driver, service, scope));
    return places.length > 0 ? [[service.name, places] as const] : [];
  });
  return Object.fromEntries((await Promise.all(answers)).flat());
}
