import type { DriverContext, Placed, Target } from '../../../core/driver.ts';
import type { Json } from '../../../core/json.ts';
import { type Host, leftHosts, openHosts, openReachable } from '../host.ts';
import { ensureProxy } from '../proxy/container.ts';
import { placed } from './placement.ts';
import { handOver } from './replacement.ts';
import { setTraffic } from './traffic.ts';
import { viewTarget } from './view.ts';

/** Makes a release live again that another has replaced in place, as it was, and removes those that came after it. */
export async function restoreRelease(target: Target, ref: Json, context: DriverContext): Promise<Placed> {
  const hosts = await openHosts(target, context);
  const [host] = hosts;
  const release = String(ref);
  if (await stayedBehind(host, target, release, context)) {
    await setTraffic(target, [], context);
    for (const other of (await viewTarget(host, target)).releases) await other.remove();
    return placed(hosts, target, release);
  }
  await ensureProxy(host, context);
  await handOver(host, target, release, context);
  const { releases } = await viewTarget(host, target);
  const mine = releases.find((one) => one.release === release);
  for (const other of releases) if (mine && other.created > mine.created && other.percent === 0) await other.remove();
  return placed(hosts, target, release);
}

/** A service that moves to another host is replaced there, and runs where it was until the deploy has ended. */
async function stayedBehind(host: Host, target: Target, release: string, context: DriverContext): Promise<boolean> {
  const has = async (one: Host) =>
    (await viewTarget(one, target)).releases.some(({ release: known }) => known === release);
  if (await has(host)) return false;
  const { hosts } = await openReachable(target, context, leftHosts(target, [host.name]));
  return (await Promise.all(hosts.map(has))).includes(true);
}
