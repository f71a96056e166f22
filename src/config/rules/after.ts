import { findCycles } from '../../core/cycles.ts';
import { pathOf } from '../effective.ts';
import type { WrittenService } from '../schema/project.ts';
import type { Review } from './rule.ts';

/** Services named in `after` exist, and none waits for itself by way of others. */
export function checkAfter(review: Review): void {
  checkNames(review);
  checkCycles(review);
}

function checkNames({ config, services, problems }: Review): void {
  const names = Object.keys(config.services ?? {});
  const known = new Set(names);
  for (const service of services) {
    for (const [index, wanted] of (service.written.after ?? []).entries()) {
      if (wanted === undefined || known.has(wanted)) continue;
      const path = [...pathOf(config, service, ['after']), index];
      problems.add({ path, message: `There is no service "${wanted}"`, ...problems.suggest(wanted, names) });
    }
  }
}

/** Environments that override nothing share one graph. */
function checkCycles({ config, byEnvironment, problems }: Review): void {
  const graphs = new Map([...byEnvironment].map(([environment, services]) => [services, environment]));
  if (graphs.size === 0 && config.services) graphs.set(config.services, '');
  for (const [services, environment] of graphs) {
    for (const cycle of findCycles(edges(services))) {
      const [name = ''] = cycle;
      problems.add({
        path: pathOf(config, { name, environment, written: services[name] as WrittenService }, ['after']),
        message: `Services wait for each other: ${cycle.join(' → ')}`,
        fix: 'Take one of them out of "after"',
      });
    }
  }
}

function edges(services: Readonly<Record<string, WrittenService>>): Record<string, readonly string[]> {
  const all: Record<string, readonly string[]> = Object.create(null);
  for (const [name, { after }] of Object.entries(services))
    all[name] = (after ?? []).filter((wanted) => wanted !== undefined);
  return all;
}
