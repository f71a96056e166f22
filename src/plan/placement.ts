import type { GeneratedFile } from '../core/build-inputs.ts';
import type { ServiceConfig } from '../core/config.ts';
import type { Digest } from '../core/digest.ts';
import type { Json } from '../core/json.ts';
import type { ObservedService } from '../core/snapshot.ts';
import type { Release } from '../core/state.ts';
import { differing, type NameDifference } from './names.ts';
import { can, type ObservedTarget, type TargetFacts } from './target.ts';

/** Why something is built, and from what. */
export interface BuildCause {
  readonly because: string;
  readonly source: Digest;
  readonly generates: readonly GeneratedFile[];
}

/** One service that gets a new release: from what, why, and what has to be done for it before. */
export interface Placement {
  readonly service: ServiceConfig;
  readonly facts: TargetFacts;
  readonly live: Release | undefined;
  /** The version whose artifact is placed; `new` for the one this run makes. */
  readonly version: string | 'new';
  /** A release of the version that may be taken again. */
  readonly kept: Json | undefined;
  readonly title: string;
  readonly because: string;
  readonly variables: NameDifference;
  readonly optionsChanged: boolean;
  readonly build: BuildCause | undefined;
  /** `fresh`: nothing of it was there before, so a failed run may take it all away again. */
  readonly provision: { readonly because: string; readonly fresh: boolean } | undefined;
  readonly configure: { readonly because: string; readonly names: readonly string[] } | undefined;
}

export interface PlacementCause {
  readonly version: string | 'new';
  readonly kept?: Json | undefined;
  /** `Deploy web`, when left out. */
  readonly title?: string;
  /** In words, most telling first; at least one. */
  readonly reasons: readonly string[];
  readonly build?: BuildCause | undefined;
  /** Against the live release; everything is added when there is none. */
  readonly variables: NameDifference;
  /** All variables the service gets. */
  readonly names: readonly string[];
  readonly optionsChanged: boolean;
  /** Why the platform's variables are brought to the wanted set although the wanted set is the same. */
  readonly reconfigure?: string | undefined;
}

/** Adds what the driver needs before the release: infrastructure, and variables kept at the platform. */
export function placement(target: ObservedTarget, cause: PlacementCause): Placement {
  const { service, facts, live } = target;
  return {
    service,
    facts,
    live,
    version: cause.version,
    kept: cause.kept,
    title: cause.title ?? `Deploy ${service.name}`,
    because: cause.reasons.join('; '),
    variables: cause.variables,
    optionsChanged: cause.optionsChanged,
    build: cause.build,
    provision: can(facts, 'provision') ? provisioning(target, cause) : undefined,
    configure: can(facts, 'configure') ? configuring(target, cause) : undefined,
  };
}

function provisioning(target: ObservedTarget, cause: PlacementCause): Placement['provision'] {
  // Whatever is there already, known to the state or only seen, must survive a failed run.
  const fresh = !target.provisioned && !target.live && target.seen !== 'used';
  if (!target.live && !target.provisioned) return { because: 'first deploy', fresh };
  if (!target.provisioned) return { because: 'nothing was provisioned for it yet', fresh };
  const moved = movedDriver(target);
  if (moved) return { because: moved, fresh };
  if (target.seen === 'absent') return { because: 'the platform says that nothing is there', fresh };
  return cause.optionsChanged ? { because: 'options changed', fresh } : undefined;
}

function configuring(target: ObservedTarget, cause: PlacementCause): Placement['configure'] {
  const names = [...cause.names].sort();
  const changed = differing(cause.variables);
  if (!target.live) return names.length > 0 ? { because: 'first deploy', names } : undefined;
  if (changed.length > 0) return { because: `variables changed: ${changed.join(', ')}`, names };
  if (cause.reconfigure) return { because: cause.reconfigure, names };
  if (movedDriver(target) || target.seen === 'absent') return { because: 'the platform does not have them yet', names };
  return undefined;
}

/** `driver changed from local to docker`, when the live release belongs to another driver. */
export function movedDriver({ service, live }: Pick<ObservedTarget, 'service' | 'live'>): string | undefined {
  if (!live || live.driver === service.driver) return undefined;
  return `driver changed from ${live.driver} to ${service.driver}`;
}

export function buildCause(reasons: readonly string[], { source, build_inputs }: ObservedService): BuildCause {
  return { because: reasons.join('; '), source, generates: build_inputs?.generated ?? [] };
}
