import type { Driver, DriverContext, Provisioned, Target } from '../../core/driver.ts';
import { buildTarget } from './build/image.ts';
import { buildInputs } from './build/inputs.ts';
import { facts } from './facts.ts';
import { openHost, urlOf } from './host.ts';
import { routeName } from './names.ts';
import { preflight } from './preflight.ts';
import { ensureProxy } from './proxy/container.ts';
import { ensureRoute } from './proxy/routes.ts';
import { destroyTarget } from './release/destroy.ts';
import { inspectTarget } from './release/inspection.ts';
import { releaseLogs } from './release/logs.ts';
import { placeRelease } from './release/placement.ts';
import { retireRelease, setTraffic } from './release/traffic.ts';

/** Runs services as containers of an engine, behind a proxy that each host has one of. */
export const driver: Driver = {
  facts,
  preflight,
  provision,
  buildInputs,
  build: buildTarget,
  deploy: placeRelease,
  traffic: setTraffic,
  inspect: inspectTarget,
  retire: retireRelease,
  logs: releaseLogs,
  destroy: destroyTarget,
};

async function provision(target: Target, context: DriverContext): Promise<Provisioned> {
  const host = await openHost(target, context);
  const proxy = await ensureProxy(host, context);
  const route = await ensureRoute(host, target);
  const url = urlOf(host);
  return {
    resource: { engine: host.engine.endpoint.text, route: routeName(target) },
    outcome: proxy === 'unchanged' ? route : 'created',
    ...(url ? { url } : {}),
  };
}
