import type { DriverContext, Target } from '../../../core/driver.ts';
import type { Host } from '../host.ts';
import { ensureProxy } from './container.ts';
import { ensureRoute } from './routes.ts';

/** Makes sure that users can come in: the host has its proxy, and the proxy the route of the target. */
export async function ensureEntrance(
  host: Host,
  target: Target,
  context: DriverContext,
): Promise<'created' | 'unchanged'> {
  const proxy = await ensureProxy(host, context);
  const route = await ensureRoute(host, target);
  return proxy === 'created' ? proxy : route;
}
