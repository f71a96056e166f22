import type { RolloutConfig } from '../core/config.ts';
import type { Capability, DriverFacts } from '../core/driver.ts';
import type { Finding } from '../core/finding.ts';
import type { Action } from '../core/plan.ts';
import type { Snapshot } from '../core/snapshot.ts';
import { list } from '../core/text.ts';
import type { Placement } from './placement.ts';
import { can } from './target.ts';

/** How users come to the new releases. */
export type Rollout =
  | { readonly mode: 'all' }
  /** A canary that stays at its share until it is promoted or aborted. */
  | { readonly mode: 'hold'; readonly percent: number }
  /** A canary that goes on by itself. */
  | {
      readonly mode: 'steps';
      readonly steps: readonly number[];
      readonly watch: Watch;
    };

/** How each share but the last is judged. */
export type Watch = Omit<Extract<Action, { do: 'watch' }>, 'do' | 'services'>;

/** What the request or else the environment asks for. Without a live release there is nothing to split users with. */
export function rolloutOf(
  snapshot: Snapshot,
  placements: readonly Placement[],
  canaryPercent: number | undefined,
): Rollout {
  const { strategy, steps } = snapshot.environment.rollout;
  if (!placements.some(splits)) return { mode: 'all' };
  if (canaryPercent !== undefined) return { mode: 'hold', percent: canaryPercent };
  if (strategy === 'all' || steps.length === 0) return { mode: 'all' };
  return { mode: 'steps', steps, watch: watchOf(snapshot.environment.rollout) };
}

function watchOf({ interval, max_error_rate, max_latency_ratio, min_requests }: RolloutConfig): Watch {
  const latency = max_latency_ratio === undefined ? {} : { max_latency_ratio };
  return { interval_ms: interval, max_error_rate, ...latency, min_requests };
}

/** Services whose driver cannot do the canary, each naming the drivers that can. */
export function canaryErrors(snapshot: Snapshot, placements: readonly Placement[], rollout: Rollout): Finding[] {
  if (rollout.mode === 'all') return [];
  const needed = neededFor(rollout);
  const does = (facts: Pick<DriverFacts, 'capabilities'>) => needed.every((capability) => can(facts, capability));
  const able = Object.values(snapshot.drivers)
    .filter(does)
    .map((facts) => facts.name)
    .sort();
  return placements
    .filter((placement) => splits(placement) && !does(placement.facts))
    .map((placement) =>
      able.includes(placement.facts.name) ? takenAway(snapshot, placement) : lacking(placement, able),
    );
}

function neededFor(rollout: Rollout): readonly Capability[] {
  if (rollout.mode !== 'steps') return ['weights'];
  return ['weights', 'metrics', ...(rollout.watch.max_latency_ratio === undefined ? [] : ['latency' as const])];
}

/** The driver could, but for the options, or the mode that they are read for. */
function takenAway({ environment: { name, mode } }: Snapshot, { service, facts }: Placement): Finding {
  return {
    level: 'error',
    code: 'UNSUPPORTED',
    message: `${facts.title} can split users, but not those of ${service.name} in ${name}: its options, or the mode ${mode}, rule that out`,
    path: `services.${service.name}.${facts.name}`,
    fix: `Deploy without a canary, or change services.${service.name}.${facts.name}`,
  };
}

function lacking({ service, facts }: Placement, able: readonly string[]): Finding {
  return {
    level: 'error',
    code: 'UNSUPPORTED',
    message: `${facts.title} ${cannot(facts, service.name)}`,
    path: `services.${service.name}.driver`,
    fix: fixOf(facts, able),
  };
}

function cannot(facts: Placement['facts'], service: string): string {
  if (!can(facts, 'weights')) return `cannot send a share of the requests to a new release of ${service}`;
  if (!can(facts, 'metrics'))
    return `does not count the failed requests of a release, so a canary of ${service} cannot be watched`;
  return `does not tell how long answers take, so max_latency_ratio cannot be kept for ${service}`;
}

function fixOf(facts: Placement['facts'], able: readonly string[]): string {
  const less = can(facts, 'metrics') ? 'Leave rollout.max_latency_ratio out' : 'Deploy without a canary';
  return able.length > 0 ? `${less}, or use the driver ${list(able)}` : less;
}

/** Services that get all users at once although a share was asked for, because nothing runs beside them. */
export function unsplitWarnings(
  { environment }: Snapshot,
  placements: readonly Placement[],
  canaryPercent: number | undefined,
): Finding[] {
  const whole = placements.filter((placement) => !splits(placement)).map(({ service }) => service.name);
  if (canaryPercent === undefined || whole.length === 0) return [];
  return [
    {
      level: 'warning',
      code: 'UNSUPPORTED',
      message: `--canary ${canaryPercent} has nothing to split with: no earlier release of ${list(whole)} runs in ${environment.name}, so the new one gets all requests`,
      fix: 'Leave --canary out now; from the next deploy on there is a release to share with',
    },
  ];
}

/** Whether an older release is there beside which the new one can get a share. */
export function splits({ live, service }: Placement): boolean {
  return live?.driver === service.driver;
}
