import type { DriverContext, Placed, Target } from '../../../core/driver.ts';
import type { Json } from '../../../core/json.ts';
import { openHosts } from '../host.ts';
import { ensureProxy } from '../proxy/container.ts';
import { placed } from './placement.ts';
import { handOver } from './replacement.ts';
import { viewTarget } from './view.ts';

/** Makes a release live again that another has replaced in place, as it was, and removes those that came after it. */
export async function restoreRelease(target: Target, ref: Json, context: DriverContext): Promise<Placed> {
  const hosts = await openHosts(target, context);
  const [host] = hosts;
  const release = String(ref);
  await ensureProxy(host, context);
  await handOver(host, target, release, context);
  const { releases } = await viewTarget(host, target);
  const mine = releases.find((one) => one.release === release);
  for (const other of releases) if (mine && other.created > mine.created && other.percent === 0) await other.remove();
  return placed(hosts, target, release);
}
