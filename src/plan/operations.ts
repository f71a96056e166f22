import type { ServiceConfig } from '../core/config.ts';
import { formatDuration } from '../core/duration.ts';
import type { Compensation } from '../core/plan.ts';
import { count } from '../core/text.ts';
import { signed } from './names.ts';
import type { Placement } from './placement.ts';
import type { Watch } from './rollout.ts';
import { type Step, step } from './step.ts';
import { can, switches } from './target.ts';

/** Whether older code may come back when the run fails. */
export interface WayBack {
  /** `closed`: migrations that run before the releases take away what older code needs. */
  readonly state: 'open' | 'closed';
  /** Operations after whose start it is closed. */
  readonly until: readonly string[];
}

export function provisionStep({ service, facts, provision }: Placement): Step | undefined {
  if (!provision) return undefined;
  const creates = provision.fresh ? (facts.creates ?? []) : [];
  const costs = creates.filter((one) => one.costs).map(({ what }) => what);
  return step({
    id: `provision:${service.name}`,
    type: 'infra_provision',
    title: `Provision ${service.name}`,
    because: provision.because,
    driver: service.driver,
    service: service.name,
    changes: provision.fresh
      ? [
          `+ ${service.name} on ${service.driver}`,
          ...creates.map(({ what }) => `+ ${what}`),
          ...(facts.adopts ?? []).map((what) => `= ${what}, as it is`),
        ]
      : [],
    ...(costs.length > 0 ? { costs } : {}),
    action: { do: 'provision', service: service.name },
    ...(provision.fresh ? { compensation: removal(service) } : {}),
    timeout_ms: service.timeout,
  });
}

export function configureStep({ service, configure, variables }: Placement): Step | undefined {
  if (!configure) return undefined;
  return step({
    id: `configure:${service.name}`,
    type: 'configure',
    title: `Set variables of ${service.name}`,
    because: configure.because,
    driver: service.driver,
    service: service.name,
    changes: signed(variables),
    action: { do: 'configure', service: service.name, names: configure.names },
    timeout_ms: service.timeout,
  });
}

export function buildStep({ service, facts, build }: Placement): Step | undefined {
  if (!build) return undefined;
  return step({
    id: `build:${service.name}`,
    type: 'build',
    title: `Build ${service.name}`,
    because: build.because,
    ...(can(facts, 'build') ? { driver: service.driver } : {}),
    service: service.name,
    changes: [],
    ...(build.generates.length > 0 ? { generates: build.generates } : {}),
    action: { do: 'build', service: service.name, source: build.source },
    timeout_ms: service.timeout,
  });
}

export function jobStep({ service }: Placement): Step | undefined {
  const { release_command: command } = service;
  if (command === undefined) return undefined;
  return step({
    id: `job:${service.name}`,
    type: 'migration',
    title: `Run the release command of ${service.name}`,
    because: `once before the release: ${command}`,
    driver: service.driver,
    service: service.name,
    changes: [],
    action: { do: 'run', service: service.name, command },
    timeout_ms: service.timeout,
  });
}

export function deployStep(placement: Placement, way: WayBack): Step {
  const { service, version, kept } = placement;
  const back = mayGoBack(placement, way) ? replacement(placement, way) : undefined;
  return step({
    id: `deploy:${service.name}`,
    type: 'deploy',
    title: placement.title,
    because: [placement.because, ...waiting(placement)].join('; '),
    driver: service.driver,
    service: service.name,
    changes: can(placement.facts, 'configure') ? [] : signed(placement.variables),
    action: { do: 'place', service: service.name, version, ...(kept === undefined ? {} : { kept }) },
    ...(back ? { compensation: back } : {}),
    timeout_ms: patience(service),
  });
}

/** Users do not come to see two releases at a time; what they ask meanwhile waits. */
function waiting({ service, facts, live }: Placement): readonly string[] {
  if (facts.wait === undefined || live?.driver !== service.driver) return [];
  return [`it is replaced in place: requests wait meanwhile, up to ${formatDuration(facts.wait)}`];
}

export function trafficStep(
  placement: Pick<Placement, 'service' | 'live'>,
  { percent, because, way }: { readonly percent: number; readonly because: string; readonly way: WayBack },
): Step {
  const { service } = placement;
  const id = `traffic:${service.name}:${percent}`;
  return step({
    id,
    type: 'traffic',
    title: trafficTitle(service.name, percent),
    because,
    driver: service.driver,
    service: service.name,
    changes: [`~ share of the new release: ${percent} %`],
    action: { do: 'shift', service: service.name, percent },
    ...(mayGoBack(placement, way) ? { compensation: trafficBack(id, placement, way) } : {}),
    timeout_ms: service.timeout,
  });
}

export function watchStep(services: readonly string[], percent: number, watch: Watch): Step {
  const { interval_ms } = watch;
  return step({
    id: `watch:${percent}`,
    type: 'health_check',
    title: `Watch the canary at ${percent} % for ${formatDuration(interval_ms)}`,
    because: allowance(watch),
    changes: [],
    action: { do: 'watch', services, ...watch },
    may_hold: true,
    timeout_ms: interval_ms + 60_000,
  });
}

function allowance({ max_error_rate, max_latency_ratio: ratio }: Watch): string {
  const errors = `at most ${Number((max_error_rate * 100).toFixed(4))} % of requests may fail`;
  return ratio === undefined ? errors : `${errors}, and answers may take ${ratio} times as long as before`;
}

export function checkStep(service: ServiceConfig): Step | undefined {
  if (!service.health) return undefined;
  return step({
    id: `health:${service.name}`,
    type: 'health_check',
    title: `Check ${service.name}`,
    because: 'the new release is live',
    service: service.name,
    changes: [],
    action: { do: 'check', service: service.name },
    timeout_ms: patience(service),
  });
}

/** Old releases only stay where the platform can make one live again faster than by placing it anew. */
export function retireStep({ service, facts }: Pick<Placement, 'service' | 'facts'>, spare: number): Step {
  const keep = can(facts, 'rollback') && !facts.longLived ? spare : 0;
  return step({
    id: `cleanup:${service.name}`,
    type: 'cleanup',
    title: `${keep === 0 ? 'Remove' : 'Retire'} old releases of ${service.name}`,
    because: keep === 0 ? 'no old release is kept' : `up to ${count(keep, 'old release')} kept for a roll-back`,
    driver: service.driver,
    service: service.name,
    changes: [],
    action: { do: 'retire', service: service.name, keep },
    // What is left over can be removed next time; it is no reason to take the new release away.
    on_failure: 'keep',
    timeout_ms: service.timeout,
  });
}

export function withdrawStep(service: ServiceConfig): Step {
  return step({
    id: `cleanup:${service.name}`,
    type: 'cleanup',
    title: `Remove the canary of ${service.name}`,
    because: 'the canary is aborted',
    driver: service.driver,
    service: service.name,
    changes: [`- the canary release of ${service.name}`],
    action: { do: 'withdraw', service: service.name },
    timeout_ms: service.timeout,
  });
}

/** An operation must not end before the health check inside it had its whole time. */
function patience({ timeout, health }: ServiceConfig): number {
  return Math.max(timeout, (health?.timeout ?? 0) + 10_000);
}

function removal(service: ServiceConfig): Compensation {
  return {
    id: `undo:provision:${service.name}`,
    type: 'cleanup',
    title: `Remove ${service.name} again`,
    action: { do: 'destroy', service: service.name },
    when: 'started',
  };
}

/**
 * Where the driver keeps users on the old release until they are moved, the new one is withdrawn. Where placing a
 * release replaces the old one at once, withdrawing would leave nothing, so the old release is brought back.
 */
function replacement(placement: Placement, way: WayBack): Compensation {
  const { service, facts, live } = placement;
  const replaced = live?.driver === service.driver && !switches(facts) ? live.version_id : undefined;
  return {
    id: `undo:deploy:${service.name}`,
    type: replaced ? 'deploy' : 'cleanup',
    title: replaced ? `Put ${replaced} of ${service.name} back` : `Withdraw the new release of ${service.name}`,
    action: replaced
      ? { do: 'restore', service: service.name, version: replaced }
      : { do: 'withdraw', service: service.name },
    when: 'started',
    ...closing(placement, way),
  };
}

function trafficBack(id: string, placement: Pick<Placement, 'service' | 'live'>, way: WayBack): Compensation {
  const { name } = placement.service;
  return {
    id: `undo:${id}`,
    type: 'traffic',
    title: placement.live ? trafficTitle(name, 0) : `Take ${name} from users`,
    action: { do: 'shift', service: name, percent: 0 },
    when: 'started',
    ...closing(placement, way),
  };
}

/** A service that never ran has no older code: taking it away is always safe. */
function mayGoBack({ live }: Pick<Placement, 'live'>, way: WayBack): boolean {
  return live === undefined || way.state === 'open';
}

function closing({ live }: Pick<Placement, 'live'>, way: WayBack): Pick<Compensation, 'unless_started'> {
  return live && way.until.length > 0 ? { unless_started: way.until } : {};
}

function trafficTitle(name: string, percent: number): string {
  if (percent === 0) return `Move users of ${name} back`;
  return percent === 100 ? `Move users of ${name}` : `Move ${percent} % of users of ${name}`;
}
