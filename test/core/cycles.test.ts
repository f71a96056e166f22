import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findCycles } from '../../src/core/cycles.ts';

const graph = fc.integer({ min: 1, max: 8 }).chain((size) => {
  const node = fc.integer({ min: 0, max: size - 1 }).map(String);
  return fc
    .array(fc.uniqueArray(node, { maxLength: 3 }), { minLength: size, maxLength: size })
    .map((targets) => Object.fromEntries(targets.map((to, from) => [String(from), to])));
});

/** Nodes that can be reached from one, over at least one edge. */
function reach(edges: Record<string, string[]>, from: string): Set<string> {
  const reached = new Set<string>();
  const queue = [from];
  for (const at of queue)
    for (const to of edges[at] ?? [])
      if (!reached.has(to)) {
        reached.add(to);
        queue.push(to);
      }
  return reached;
}

describe('cycles', () => {
  test('are told once for each group of nodes that reach each other', () => {
    const edges = { a: ['b'], b: ['a'], c: ['a', 'd'], d: ['e'], e: ['f'], f: ['d', 'e'], g: ['g'], h: ['lost'] };
    expect(findCycles(edges)).toEqual([
      ['a', 'b', 'a'],
      ['d', 'e', 'f', 'd'],
      ['g', 'g'],
    ]);
  });

  test('are real, and none is missing, in any graph', () => {
    fc.assert(
      fc.property(graph, (edges) => {
        const cycles = findCycles(edges);
        for (const cycle of cycles)
          for (const [index, to] of cycle.slice(1).entries()) expect(edges[cycle[index] ?? '']).toContain(to);
        const looping = Object.keys(edges).filter((name) => reach(edges, name).has(name));
        const told = (name: string) => cycles.filter(([first = '']) => first === name || mutual(edges, first, name));
        for (const name of looping) expect(told(name)).toHaveLength(1);
      }),
      { numRuns: 1_000 },
    );
  });

  test('of a chain of 10,000 nodes are found without a deep stack', () => {
    const edges = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`n${at}`, [`n${(at + 1) % 10_000}`]]));
    expect(findCycles(edges)[0]).toHaveLength(10_001);
  });
});

function mutual(edges: Record<string, string[]>, a: string, b: string): boolean {
  return reach(edges, a).has(b) && reach(edges, b).has(a);
}
