export { randomGraph } from '../support/random-graph.ts';
export { seeded } from '../support/seeded.ts';
export { simulate } from '../support/simulate.ts';
