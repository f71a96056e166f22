import type { EnvironmentConfig, ServiceConfig } from '../core/config.ts';
import { configurationOf } from '../core/configuration.ts';
import type { Driver, DriverFacts, Examined } from '../core/driver.ts';
import { toFailure } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import type { EnvironmentState } from '../core/state.ts';
import { driverContext, requireDriver, targetOf } from './driver-context.ts';
import { fileFindings } from './file-limits.ts';
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
  const said = await Promise.all(services.map((service) => preflight(workspace, place, service)));
  return [...fileFindings(workspace, services, drivers), ...distinct(said.flat())];
}

/** Services of one platform are told the same. */
export function distinct<T extends object>(items: readonly T[]): readonly T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}

/** What the platform of one service says. */
export async function preflight(
  workspace: Workspace,
  place: Place,
  service: ServiceConfig,
): Promise<readonly Finding[]> {
  const { driver, target, context } = await callOf(workspace, place, service);
  return await driver.preflight(target, context).catch((error: unknown) => [silent(driver, service, error)]);
}

/** The same, and what nobody waits for with a plan. */
export async function examinePlatform(workspace: Workspace, place: Place, service: ServiceConfig): Promise<Examined> {
  const { driver, target, context } = await callOf(workspace, place, service);
  const late = (error: unknown) => [silent(driver, service, error)];
  const [findings, examined] = await Promise.all([
    driver.preflight(target, context).catch(late),
    driver.examine?.(target, context).catch((error) => ({ checks: [], findings: late(error) })) ?? NOTHING,
  ]);
  return { checks: examined.checks, findings: [...findings, ...examined.findings] };
}

const NOTHING: Examined = { checks: [], findings: [] };

/** One that does not answer within the limit is a finding; all else that is thrown is a fault. */
function silent({ facts }: Driver, { name }: ServiceConfig, error: unknown): Finding {
  const { code, reason, fix } = toFailure(error);
  if (code !== 'TIMEOUT') throw error;
  return { level: 'error', code, message: `${facts.title}, asked for ${name}: ${reason}`, ...(fix ? { fix } : {}) };
}

async function callOf(workspace: Workspace, { environment, state }: Place, service: ServiceConfig) {
  const driver = await requireDriver(workspace, service);
  const resource = state?.resources[service.name] ?? null;
  const secrets = Object.keys(configurationOf(environment, state).secrets);
  const target = { ...targetOf(workspace.config, environment, service, resource), secrets };
  const scope = { signal: AbortSignal.timeout(LIMIT), timeout: LIMIT, key: 'preflight' };
  return { driver, target, context: await driverContext(workspace, driver, service, scope) };
}
