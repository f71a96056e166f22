import type { EnvironmentConfig, ServiceConfig } from '../core/config.ts';
import type { DriverFacts } from '../core/driver.ts';
import type { Finding } from '../core/finding.ts';
import type { EnvironmentState } from '../core/state.ts';
import { driverContext, requireDriver, targetOf } from './driver-context.ts';
import type { Workspace } from './workspace.ts';

const LIMIT = 30_000;

interface Place {
  readonly environment: EnvironmentConfig;
  readonly state: EnvironmentState | undefined;
}

/** What the platforms say, of the services whose drivers have plans ask. Changes nothing. */
export async function preflightPlan(
  workspace: Workspace,
  place: Place,
  drivers: Readonly<Record<string, DriverFacts>>,
): Promise<readonly Finding[]> {
  const services = Object.values(place.environment.services).filter(({ driver }) => drivers[driver]?.askedByPlans);
  return (await Promise.all(services.map((service) => preflight(workspace, place, service)))).flat();
}

/** What the platform of one service says. */
export async function preflight(
  workspace: Workspace,
  { environment, state }: Place,
  service: ServiceConfig,
): Promise<readonly Finding[]> {
  const driver = await requireDriver(workspace, service.driver);
  const target = targetOf(workspace.config, environment, service, state?.resources[service.name] ?? null);
  const scope = { signal: AbortSignal.timeout(LIMIT), timeout: LIMIT, key: 'preflight' };
  return await driver.preflight(target, await driverContext(workspace, driver, service, scope));
}
