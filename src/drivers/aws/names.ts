import { createHash } from 'node:crypto';
import type { Target } from '../../core/driver.ts';

/** Tags by which things are known as ours. */
export const TAGS = {
  project: 'deployer:project',
  environment: 'deployer:environment',
  service: 'deployer:service',
  version: 'deployer:version',
} as const;

/** What every created thing carries. */
export function ownTags({ project, environment, service }: Target): Readonly<Record<string, string>> {
  return { [TAGS.project]: project, [TAGS.environment]: environment, [TAGS.service]: service.name };
}

/** Whether tags are those of this target. */
export function isOwn(target: Target, tags: Readonly<Record<string, string | undefined>>): boolean {
  return Object.entries(ownTags(target)).every(([key, value]) => tags[key] === value);
}

const DIGEST = 8;

/**
 * A name for the target's things, the same each time: `shop-staging-api`, shortened with a digest at its end where it would
 * be longer than `most` characters.
 */
export function nameOf({ project, environment, service }: Target, most: number): string {
  const whole = `${project}-${environment}-${service.name}`;
  const id = createHash('sha256').update(`${project}/${environment}/${service.name}`).digest('hex').slice(0, DIGEST);
  // Names with hyphens in them may read alike: only short and unambiguous ones go without the digest.
  return `${whole.slice(0, most - DIGEST - 1).replace(/-$/, '')}-${id}`;
}
