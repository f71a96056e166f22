import type { ServiceConfig } from '../core/config.ts';
import type { Capability, DriverFacts, Inspection } from '../core/driver.ts';
import type { Finding } from '../core/finding.ts';
import { topological } from '../core/graph.ts';
import type { ObservedService, Snapshot } from '../core/snapshot.ts';
import type { Release } from '../core/state.ts';

/** A service of the environment with all that is known of it. */
export interface ObservedTarget {
  readonly service: ServiceConfig;
  readonly facts: DriverFacts;
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
    if (facts) targets.push(observeTarget(snapshot, service, factsOf(snapshot, service, facts)));
    else errors.push(unknownDriver(service));
  }
  return { targets, errors };
}

export function can(facts: DriverFacts, capability: Capability): boolean {
  return facts.capabilities.includes(capability);
}

/** Places a release without users, who are moved afterwards. */
export function switches(facts: DriverFacts): boolean {
  return can(facts, 'switch') || can(facts, 'weights');
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

/** What the driver can do for this service here. */
function factsOf({ environment: { mode } }: Snapshot, { options }: ServiceConfig, facts: DriverFacts): DriverFacts {
  const missing = facts.without?.({ mode, options }) ?? [];
  if (missing.length === 0) return facts;
  return { ...facts, capabilities: facts.capabilities.filter((capability) => !missing.includes(capability)) };
}

function observeTarget(snapshot: Snapshot, service: ServiceConfig, facts: DriverFacts): ObservedTarget {
  const { current, inspections } = snapshot;
  return {
    service,
    facts,
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
