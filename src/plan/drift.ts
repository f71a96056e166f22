import type { Finding } from '../core/finding.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { ObservedTarget } from './target.ts';

/** Where the platform differs from the state, and what runs although the config no longer has it. */
export function driftWarnings(snapshot: Snapshot, targets: readonly ObservedTarget[]): Finding[] {
  const { environment, current } = snapshot;
  const drifted = targets.flatMap(({ service, drift, live }) =>
    drift ? [warning(service.name, `${service.name}: ${drift} (state: ${live?.version_id})`, environment.name)] : [],
  );
  const forgotten = Object.keys(current?.current ?? {})
    .filter((name) => !Object.hasOwn(environment.services, name))
    .sort()
    .map((name) =>
      warning(name, `${name} still runs in ${environment.name} but is not in the config any more`, environment.name),
    );
  return [...drifted, ...forgotten];
}

function warning(service: string, message: string, environment: string): Finding {
  return {
    level: 'warning',
    code: 'DRIFT',
    message,
    path: `services.${service}`,
    fix: `Look with: deployer status --env ${environment}`,
  };
}
