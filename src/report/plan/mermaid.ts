import type { Operation, OperationType, Plan } from '../../core/plan.ts';
import { printableLine } from '../../core/text.ts';

/** The graph of a plan as a Mermaid flowchart: an arrow leads from an operation to those that wait for it. */
export function planMermaid(plan: Plan): string {
  const names = new Map(plan.operations.map(({ id }, index) => [id, `n${index}`]));
  const lines = plan.operations.length === 0 ? ['  nothing["Nothing to do"]'] : plan.operations.flatMap(nodeAndEdges);
  return `${['flowchart LR', ...lines].join('\n')}\n`;

  function nodeAndEdges(operation: Operation): string[] {
    const own = names.get(operation.id) ?? '';
    return [`  ${own}${box(operation)}`, ...operation.depends_on.map((id) => `  ${names.get(id) ?? ''} --> ${own}`)];
  }
}

/** Steps that move users stand out by shape, so that the risk is seen without reading. */
const SHAPES: Record<OperationType, readonly [string, string]> = {
  infra_provision: ['["', '"]'],
  configure: ['["', '"]'],
  migration: ['[("', '")]'],
  build: ['["', '"]'],
  deploy: ['["', '"]'],
  traffic: ['{{"', '"}}'],
  health_check: ['(["', '"])'],
  cleanup: ['["', '"]'],
};

function box({ type, id, because }: Operation): string {
  const [open, close] = SHAPES[type];
  return `${open}${label(id)}<br/>${label(because)}${close}`;
}

/** Mermaid's own entities for everything that could end the label, start markup or carry HTML. */
function label(text: string): string {
  return printableLine(text).replace(/["#&<>`;]/g, (char) => `#${char.charCodeAt(0)};`);
}
