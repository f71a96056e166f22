import type { Plan } from '../../core/plan.ts';

/** What `plan --json` prints and `--out` saves. */
export function planJson(plan: Plan): string {
  return `${JSON.stringify(plan, null, 2)}\n`;
}
