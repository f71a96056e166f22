import type { DriverContext, Target } from '../../core/driver.ts';
import type { InspectedRelease, Inspection } from '../../core/inspection.ts';
import { askGateway } from './client.ts';
import { type TargetName, targetKey } from './layout.ts';
import { offlineTargets } from './offline.ts';
import type { ReleaseView, TargetView } from './protocol.ts';

const LIMIT = 10_000;

export function targetName({ environment, service }: Target): TargetName {
  return { environment, service: service.name };
}

/** From the gateway when it runs, else from what it left; `undefined` when the target was never provisioned. */
export async function inspectTarget(target: Target, context: DriverContext): Promise<TargetView | undefined> {
  const { folder, signal, timeout } = context;
  const params = targetName(target);
  const found = await askGateway({ folder, method: 'inspect', params, signal, timeout: Math.min(timeout, LIMIT) });
  if (found) return found.result ?? undefined;
  return offlineTargets(folder).find((known) => targetKey(known) === targetKey(params));
}

export async function inspect(target: Target, context: DriverContext): Promise<Inspection> {
  const found = await inspectTarget(target, context);
  if (!found) return { state: 'absent', releases: [] };
  return { state: 'present', ...url(found), releases: found.releases.map((release) => inspected(release, found)) };
}

function inspected({ id, ...release }: ReleaseView, target: TargetView): InspectedRelease {
  return { ref: id, ...release, ...(release.percent > 0 ? url(target) : {}) };
}

function url(target: TargetView): { readonly url?: string } {
  return target.url === undefined ? {} : { url: target.url };
}
