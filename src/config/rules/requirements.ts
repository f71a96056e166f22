import { pathOf } from '../effective.ts';
import type { Review } from './rule.ts';

/** No value is longer than the longest that may be, and as long as the shortest. */
export function checkRequirements({ config, services, problems }: Review): void {
  for (const service of services) {
    for (const [index, entry] of (service.written.env ?? []).entries()) {
      const { min_length, max_length } = (typeof entry === 'object' ? entry?.validation : undefined) ?? {};
      if (min_length === undefined || max_length === undefined || min_length <= max_length) continue;
      problems.add({
        path: pathOf(config, service, ['env', index, 'validation', 'min_length']),
        message: 'min_length is more than max_length, so that no value is right',
        expected: `at most ${max_length}`,
      });
    }
  }
}
