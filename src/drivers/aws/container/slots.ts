import type { Json } from '../../../core/json.ts';
import type { Account } from '../account.ts';
import { TAGS } from '../names.ts';
import { namesOf, RELEASE_TAG, SLOTS, type Slot } from './names.ts';
import type { Site } from './places.ts';
import { readWeights } from './rule.ts';
import { type Definition, describe } from './task-definition.ts';

type Ecs = Awaited<ReturnType<Account['aws']['ecs']>>;
export type Service = NonNullable<Awaited<ReturnType<Ecs['describeServices']>>['services']>[number];

/** What a slot holds. */
export interface Held {
  readonly slot: Slot;
  readonly weight: number;
  /** The service as ECS tells of it; none before the slot was used. */
  readonly service?: Service;
  /** What its service is to run. One that was taken out of use is no release any more. */
  readonly definition?: Definition;
}

/** A release as it is named to the outside. */
export interface ReleaseRef {
  readonly slot: Slot;
  readonly release: string;
}

export function readRef(ref: Json): ReleaseRef {
  return ref as unknown as ReleaseRef;
}

export function refOf({ slot, definition }: Held): Json {
  return { slot, release: definition?.tags[RELEASE_TAG] ?? '' };
}

export function versionOf({ definition }: Held): string {
  return definition?.tags[TAGS.version] ?? '';
}

export function holds(held: Held, { slot, release }: ReleaseRef): boolean {
  return held.slot === slot && held.definition?.tags[RELEASE_TAG] === release;
}

/** A worker has one slot: it has no users that could be moved. */
export function slotsOf({ options }: Pick<Site, 'options'>): readonly Slot[] {
  return options.worker ? ['a'] : SLOTS;
}

/** Both slots, as they are now. */
export async function readSlots(site: Site): Promise<readonly Held[]> {
  const { account, places, target } = site;
  const names = namesOf(target);
  const slots = slotsOf(site);
  const ecs = await account.aws.ecs();
  const [weights, { services = [] }] = await Promise.all([
    readWeights(site),
    ecs.describeServices({ cluster: places.cluster, services: slots.map(names.service) }),
  ]);
  return Promise.all(
    slots.map(async (slot): Promise<Held> => {
      const service = services.find(({ serviceName }) => serviceName === names.service(slot));
      const gone = service === undefined || service.status === 'INACTIVE';
      if (gone) return { slot, weight: weights[slot] };
      const definition = await describe(site, service.taskDefinition ?? '');
      return { slot, weight: weights[slot], service, ...(definition.status === 'ACTIVE' ? { definition } : {}) };
    }),
  );
}

/** Percent of the requests; a slot without a release has no users, whatever the rule says. */
export function percentOf(held: Held, all: readonly Held[]): number {
  if (!held.definition) return 0;
  const sum = all.filter(({ definition }) => definition).reduce((total, { weight }) => total + weight, 0);
  return sum === 0 ? 0 : Math.round((held.weight * 100) / sum);
}

export function isLive(held: Held): boolean {
  return held.definition !== undefined && held.weight > 0;
}
