import { createHash } from 'node:crypto';
import type { Target } from '../../../core/driver.ts';
import { nameOf } from '../names.ts';

/** Half of a target's capacity to run releases: one has the users, the other the next release or the one before. */
export type Slot = (typeof SLOTS)[number];

export const SLOTS = ['a', 'b'] as const;

/** Tags of task definitions beside those that all things carry. */
export const RELEASE_TAG = 'deployer:release';
export const EXIT_TAG = 'deployer:exit';

/** Names of a target's things, known without asking anybody. */
export function namesOf(target: Target) {
  const name = nameOf(target, 100);
  return {
    stack: `deployer-${name}`,
    /** Load balancers and target groups have 32 characters. */
    balancer: nameOf(target, 32),
    group: (slot: Slot) => `${nameOf(target, 30)}-${slot}`,
    service: (slot: Slot) => `${name}-${slot}`,
    family: name,
    jobs: `${name}-job`,
    cluster: name,
    /** Repositories have no capitals. */
    repository: `deployer/${name.toLowerCase()}`,
    logs: `/deployer/${name}`,
    parameters: `/deployer/${target.project}/${target.environment}/${target.service.name}`,
  };
}

/** The same for every attempt of one operation; another for the next one, even of the same version. */
export function releaseOf(idempotencyKey: string): string {
  return createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 12);
}

/** Tags as ECS has them. */
export function ecsTags(tags: Readonly<Record<string, string>>): { key: string; value: string }[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

export function fromEcsTags(
  tags: readonly { readonly key?: string | undefined; readonly value?: string | undefined }[] | undefined,
): Readonly<Record<string, string>> {
  return Object.fromEntries((tags ?? []).map(({ key = '', value = '' }) => [key, value]));
}
