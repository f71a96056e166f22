import type { Operation } from '../../src/core/plan.ts';
import { anOperation } from './plans.ts';

/** Operations that wait for up to three earlier ones each, of durations between a millisecond and a minute. */
export function randomGraph(random: () => number, { least, most }: { least: number; most: number }): Operation[] {
  const size = least + Math.floor(random() * (most - least + 1));
  return Array.from({ length: size }, (_, index) => {
    const edges = index === 0 ? 0 : Math.floor(random() * 4);
    const depends_on = [...new Set(Array.from({ length: edges }, () => `build:${Math.floor(random() * index)}`))];
    const driver = ['one', 'two', undefined][Math.floor(random() * 3)];
    return anOperation(`build:${index}`, {
      depends_on,
      last_duration_ms: Math.ceil(60_000 ** random()),
      ...(driver ? { driver } : {}),
    });
  });
}
