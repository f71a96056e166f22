export { randomGraph } from '../support/random-graph.ts';
export { seeded, simulate } from '../support/simulate.ts';
