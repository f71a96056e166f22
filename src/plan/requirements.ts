import type { Capability } from '../core/driver.ts';
import type { Finding } from '../core/finding.ts';
import type { Snapshot } from '../core/snapshot.ts';
import { list } from '../core/text.ts';
import { movedDriver, type Placement } from './placement.ts';
import { can } from './target.ts';

/** Services that their driver cannot serve: files, or a start command. */
export function servingErrors(snapshot: Snapshot, placements: readonly Placement[]): Finding[] {
  return placements.flatMap((placement) => {
    const { service, facts } = placement;
    // An image knows what it starts.
    const files = service.start === undefined && facts.artifact !== 'image';
    return files
      ? inability(snapshot, placement, 'static', 'serve files without a start command')
      : inability(snapshot, placement, 'process', 'run a start command');
  });
}

/** Services whose driver has nowhere to run their release command. */
export function commandErrors(snapshot: Snapshot, placements: readonly Placement[]): Finding[] {
  return placements.flatMap((placement) =>
    placement.service.release_command === undefined
      ? []
      : inability(snapshot, placement, 'jobs', 'run a release command'),
  );
}

function inability(
  { drivers }: Snapshot,
  { service, facts }: Placement,
  needed: Capability,
  what: string,
): readonly Finding[] {
  if (can(facts, needed)) return [];
  const able = Object.values(drivers)
    .filter((other) => can(other, needed))
    .map((other) => other.name)
    .sort();
  return [
    {
      level: 'error',
      code: 'UNSUPPORTED',
      message: `${facts.title} cannot ${what}, which ${service.name} needs`,
      path: `services.${service.name}.driver`,
      fix: able.length > 0 ? `Use the driver ${list(able)}` : 'Use another driver for this service',
    },
  ];
}

/** What moved between drivers stays where it was. */
export function movedWarnings(placements: readonly Placement[]): Finding[] {
  return placements.flatMap(({ service, live }) =>
    movedDriver({ service, live })
      ? [
          {
            level: 'warning' as const,
            code: 'UNSUPPORTED' as const,
            message: `${service.name} moves from ${live?.driver} to ${service.driver}; what runs on ${live?.driver} stays there`,
            path: `services.${service.name}.driver`,
            fix: `Remove it on ${live?.driver} once nobody uses it any more`,
          },
        ]
      : [],
  );
}
