type Edges = Readonly<Record<string, readonly string[]>>;

/**
 * One cycle, a shortest one, for each group of nodes that all reach each other: names in order, the first repeated at the
 * end. Groups come in the order of their first nodes. Edges to names that are not there lead nowhere. Linear.
 */
export function findCycles(edges: Edges): string[][] {
  const groups = groupsOf(edges);
  const seen = new Set<number | undefined>();
  return Object.keys(edges).flatMap((name) => {
    const group = groups.get(name);
    if (seen.has(group)) return [];
    seen.add(group);
    const cycle = cycleThrough(name, (from) => (edges[from] ?? []).filter((to) => groups.get(to) === group));
    return cycle ? [cycle] : [];
  });
}

/** The shortest way from a node back to itself. */
function cycleThrough(start: string, next: (from: string) => readonly string[]): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const from of queue) {
    for (const to of next(from)) {
      if (to === start) return [...wayTo(from, cameFrom), start];
      if (cameFrom.has(to)) continue;
      cameFrom.set(to, from);
      queue.push(to);
    }
  }
  return undefined;
}

function wayTo(end: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const way: string[] = [];
  for (let at: string | undefined = end; at !== undefined; at = cameFrom.get(at)) way.push(at);
  return way.reverse();
}

/** Number of its group by node: Tarjan's algorithm, without recursion, so that long chains do not overflow the stack. */
function groupsOf(edges: Edges): Map<string, number> {
  const groups = new Map<string, number>();
  const found = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  for (const name of Object.keys(edges)) if (!found.has(name)) visit(name);
  return groups;

  function visit(root: string): void {
    const stack = [enter(root)];
    for (let frame = stack.at(-1); frame; frame = stack.at(-1)) {
      const to = edges[frame.name]?.[frame.next++];
      if (to === undefined) {
        stack.pop();
        leave(frame.name, stack.at(-1)?.name);
      } else if (!found.has(to) && edges[to]) stack.push(enter(to));
      else if (found.has(to) && !groups.has(to)) lower(frame.name, found.get(to));
    }
  }

  function enter(name: string): { readonly name: string; next: number } {
    found.set(name, found.size);
    lowest.set(name, found.size - 1);
    open.push(name);
    return { name, next: 0 };
  }

  function leave(name: string, parent: string | undefined): void {
    const low = lowest.get(name);
    if (parent !== undefined) lower(parent, low);
    if (low !== found.get(name)) return;
    for (const member of open.splice(open.lastIndexOf(name))) groups.set(member, low ?? 0);
  }

  function lower(name: string, to = Number.POSITIVE_INFINITY): void {
    lowest.set(name, Math.min(lowest.get(name) ?? to, to));
  }
}
