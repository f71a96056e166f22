import type { Operation, Plan } from '../../src/core/plan.ts';

/** What tests ask a plan. */
export function ids(plan: Plan): string[] {
  return plan.operations.map(({ id }) => id);
}

export function operation(plan: Plan, id: string): Operation {
  const found = plan.operations.find((one) => one.id === id);
  if (!found) throw new Error(`no ${id} among ${ids(plan).join(', ')}`);
  return found;
}

/** Everything an operation waits for, directly or not. */
export function ancestors(plan: Plan, id: string): Set<string> {
  const found = new Set<string>();
  const open = [id];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const earlier of operation(plan, next).depends_on) {
      if (!found.has(earlier)) open.push(earlier);
      found.add(earlier);
    }
  }
  return found;
}

/** `deploy:web < build:web deploy:api`, one line per operation. */
export function graph(plan: Plan): string {
  return plan.operations.map(({ id, depends_on }) => `${id} < ${depends_on.join(' ')}`.trimEnd()).join('\n');
}
