// How close the scheduler comes to what no schedule can beat: the longest path, and the work shared out evenly.
import { load } from '../sources.js';

const GRAPHS = 1_000;
const SEED = 20_300_101;

export async function measure() {
  const { randomGraph, seeded, simulate } = await load('test/bench/scheduling.ts');
  const random = seeded(SEED);
  const ratios = Array.from({ length: GRAPHS }, () => {
    const operations = randomGraph(random, { least: 5, most: 120 });
    const { makespan, bound } = simulate(operations, {
      concurrency: 2 + Math.floor(random() * 7),
      driverLimit: () => 100,
    });
    return makespan / bound;
  });
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / GRAPHS;
  const unit = '× the larger of critical path and work ÷ concurrency';
  return [
    { what: 'makespan, mean of 1,000 random graphs', value: mean, unit, most: 1.05 },
    { what: 'makespan, worst of them', value: Math.max(...ratios), unit },
  ];
}
