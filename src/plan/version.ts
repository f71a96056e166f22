import type { Finding } from '../core/finding.ts';
import type { Unchanged } from '../core/plan.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { Version } from '../core/state.ts';
import type { ObservedTarget } from './target.ts';

/** `v3.2 (ver_…)`, or the id alone. */
export function versionLabel({ id, name }: { readonly id: string; readonly name?: string | undefined }): string {
  return name === undefined ? id : `${name} (${id})`;
}

export function notInVersion(version: Version, service: string): Unchanged {
  return { service, because: `not part of ${versionLabel(version)}` };
}

/** Parts of a version for which the environment has no service any more. */
export function partsWithoutService(version: Version, targets: readonly ObservedTarget[]): Finding[] {
  const known = new Set(targets.map(({ service }) => service.name));
  return Object.keys(version.services)
    .filter((name) => !known.has(name))
    .sort()
    .map((name) => ({
      level: 'warning',
      code: 'NOT_FOUND',
      message: `${versionLabel(version)} has a ${name}, which the config no longer has; it is left out`,
      path: `services.${name}`,
      fix: `Put ${name} back into the config to have it again`,
    }));
}

export function missingVersion({ environment }: Snapshot, verb: string): Finding {
  return {
    level: 'error',
    code: 'NOT_FOUND',
    message: `There is no version in ${environment.name} to ${verb}`,
    fix: `deployer versions --env ${environment.name}`,
  };
}
