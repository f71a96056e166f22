/** The least a graph algorithm needs to know of a node. */
export interface Node {
  readonly id: string;
  readonly depends_on: readonly string[];
}

/** Nodes in an order that respects dependencies and otherwise keeps the given order. Throws on a cycle or unknown name. */
export function topological<T extends Node>(nodes: readonly T[]): T[] {
  if (isInOrder(nodes)) return [...nodes];
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const state = new Map<string, 'open' | 'done'>();
  const order: T[] = [];
  for (const node of nodes) visit(node);
  return order;

  /** Iterative: a chain of ten thousand nodes must not overflow the stack. */
  function visit(root: T): void {
    if (state.has(root.id)) return;
    const stack: { node: T; next: number }[] = [{ node: root, next: 0 }];
    state.set(root.id, 'open');
    for (let frame = stack.at(-1); frame; frame = stack.at(-1)) {
      const wanted = frame.node.depends_on[frame.next++];
      if (wanted === undefined) {
        state.set(frame.node.id, 'done');
        order.push(frame.node);
        stack.pop();
        continue;
      }
      const dependency = byId.get(wanted);
      if (!dependency) throw new Error(`${frame.node.id} depends on ${wanted}, which is not there`);
      if (state.get(wanted) === 'open') throw new Error(`a cycle runs through ${wanted}`);
      if (!state.has(wanted)) {
        state.set(wanted, 'open');
        stack.push({ node: dependency, next: 0 });
      }
    }
  }
}

/** Whether each node stands once, behind all it depends on. */
function isInOrder(nodes: readonly Node[]): boolean {
  const seen = new Set<string>();
  for (const { id, depends_on } of nodes) {
    for (const wanted of depends_on) if (!seen.has(wanted)) return false;
    seen.add(id);
  }
  return seen.size === nodes.length;
}

/** For each node the length of the longest path from it to an end, its own weight included. Linear. */
export function tailWeights<T extends Node>(nodes: readonly T[], weight: (node: T) => number): Map<string, number> {
  const tails = new Map<string, number>();
  for (const node of topological(nodes).reverse()) {
    const own = weight(node) + (tails.get(node.id) ?? 0);
    tails.set(node.id, own);
    for (const wanted of node.depends_on) tails.set(wanted, Math.max(tails.get(wanted) ?? 0, own));
  }
  return tails;
}
