import type { ServiceConfig } from '../core/config.ts';
import type { Capability, DriverFacts, TargetTraits } from '../core/driver.ts';
import type { Finding } from '../core/finding.ts';
import { topological } from '../core/graph.ts';
import type { Inspection } from '../core/inspection.ts';
import type { Json } from '../core/json.ts';
import type { Unchanged } from '../core/plan.ts';
import type { ObservedService, Snapshot } from '../core/snapshot.ts';
import type { Release } from '../core/state.ts';

/** What is known of a driver, as the options of one service leave it. */
export type TargetFacts = DriverFacts & TargetTraits;

/** A service of the environment with all that is known of it. */
export interface ObservedTarget {
  readonly service: ServiceConfig;
  readonly facts: TargetFacts;
  readonly live: Release | undefined;
  /** Whether an earlier run provisioned it. */
  readonly provisioned: boolean;
  /** What the platform has of it: nothing, a place without releases, or releases; `undefined` where it was not asked. */
  readonly seen: 'absent' | 'empty' | 'used' | undefined;
  /** In what the platform differs from the state, in words. */
  readonly drift: string | undefined;
}

/** Services in the order of `after`, then by name. */
export function inOrder(services: Readonly<Record<string, ServiceConfig>>): ServiceConfig[] {
  const nodes = Object.keys(services)
    .sort()
    .flatMap((name) => services[name] ?? [])
    .map((service) => ({
      id: service.name,
      depends_on: service.after.filter((name) => Object.hasOwn(services, name)).toSorted(),
      service,
    }));
  return topological(nodes).map((node) => node.service);
}

/** The environment's targets in the order of `after`; a service whose driver is unknown is an error. */
export function observeTargets(snapshot: Snapshot): {
  readonly targets: readonly ObservedTarget[];
  readonly errors: readonly Finding[];
} {
  const targets: ObservedTarget[] = [];
  const errors: Finding[] = [];
  for (const service of inOrder(snapshot.environment.services)) {
    const facts = snapshot.drivers[service.driver];
    if (facts) targets.push(observeTarget(snapshot, service, facts));
    else errors.push(unknownDriver(service));
  }
  return { targets, errors };
}

export function can(facts: Pick<DriverFacts, 'capabilities'>, capability: Capability): boolean {
  return facts.capabilities.includes(capability);
}

/** Places a release without users, who are moved afterwards. */
export function switches(facts: DriverFacts): boolean {
  return can(facts, 'switch') || can(facts, 'weights');
}

/** Lives longer than versions do, and is there: nothing but a deploy that names it touches it. */
export function isSettled({ service, facts, live }: Pick<ObservedTarget, 'service' | 'facts' | 'live'>): boolean {
  return facts.longLived === true && live?.driver === service.driver;
}

/** Whatever other services come to, it stays. */
export function settled({ service }: Pick<ObservedTarget, 'service'>): Unchanged {
  return { service: service.name, because: `long-lived: only deploy --service ${service.name} places it again` };
}

/** The newest release of a version that runs or rests without users. */
export function idleRelease({ inspections }: Snapshot, name: string, version: string): Json | undefined {
  const idle = inspections[name]?.releases.findLast(
    ({ version_id, state, percent }) =>
      version_id === version && percent === 0 && (state === 'stopped' || state === 'running'),
  );
  return idle?.ref;
}

/** What the snapshot holds of a service's sources and variables. Planners that build cannot do without. */
export function observedOf(snapshot: Snapshot, name: string): ObservedService {
  const observed = snapshot.services[name];
  if (!observed) throw new Error(`the snapshot does not hold service ${name}`);
  return observed;
}

/** In what the platform differs from the state, in words; `undefined` too where it was not asked. */
export function driftOf({ current, inspections }: Snapshot, name: string): string | undefined {
  const live = current?.current[name];
  const inspection = inspections[name];
  if (!live || !inspection) return undefined;
  const own = inspection.releases.filter((release) => release.version_id === live.version_id);
  const up = own.filter((release) => release.state === 'running' || release.state === 'starting');
  if (inspection.state === 'absent' || up.length === 0) return 'the live release is not running';
  const other = inspection.releases.find((release) => release.version_id !== live.version_id && release.percent > 0);
  if (!other) return undefined;
  if (up.every((release) => release.percent === 0)) return `another version is live: ${other.version_id}`;
  return current?.canary ? undefined : `${other.version_id} gets ${other.percent} % of the requests`;
}

function observeTarget(snapshot: Snapshot, service: ServiceConfig, facts: DriverFacts): ObservedTarget {
  const { current, inspections, environment } = snapshot;
  return {
    service,
    facts: { ...facts, ...facts.traitsOf?.(service, environment) },
    live: current?.current[service.name],
    provisioned: current !== undefined && Object.hasOwn(current.resources, service.name),
    seen: seenOf(inspections[service.name]),
    drift: driftOf(snapshot, service.name),
  };
}

function seenOf(inspection: Inspection | undefined): ObservedTarget['seen'] {
  if (!inspection) return undefined;
  if (inspection.state === 'absent') return 'absent';
  return inspection.releases.length > 0 ? 'used' : 'empty';
}

function unknownDriver(service: ServiceConfig): Finding {
  return {
    level: 'error',
    code: 'UNSUPPORTED',
    message: `${service.name} asks for the driver ${service.driver}, which is not there`,
    path: `services.${service.name}.driver`,
    fix: 'Name a driver that this version of deployer has; `deployer doctor` lists them',
  };
}
