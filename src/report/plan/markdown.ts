import { formatDuration } from '../../core/duration.ts';
import type { Operation, Plan } from '../../core/plan.ts';
import { count, printableLine } from '../../core/text.ts';
import { changeLine, heading, summary } from './words.ts';

/** The plan as GitHub-flavoured Markdown for a comment on a pull request. */
export function planMarkdown(plan: Plan): string {
  const blocks = [
    `### ${inert(heading(plan))}`,
    `**${inert(summary(plan))}**`,
    table(['Operation', 'What', 'Why', 'Last time'], plan.operations.map(operationCells)),
    bullets(
      '#### Gates',
      plan.gates.map(
        ({ name, met, message, fix }) =>
          `${met ? '✅' : '❌'} ${code(name)}: ${inert(message)}${fix === undefined ? '' : ` → ${inert(fix)}`}`,
      ),
    ),
    bullets(
      '#### Warnings',
      plan.warnings.map(({ message, fix }) => `${inert(message)}${fix === undefined ? '' : ` → ${inert(fix)}`}`),
    ),
    details(
      count(plan.changes.length, 'change'),
      plan.changes.map((change) => {
        const { sign, text } = changeLine(change);
        return `${code(sign)} ${inert(text)}`;
      }),
    ),
    details(
      `${count(plan.unchanged.length, 'service')} unchanged`,
      plan.unchanged.map(({ service, because }) => `${code(service)}: ${inert(because)}`),
    ),
    `<sub>${inert(plan.id)}</sub>`,
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function operationCells({ id, title, because, changes, last_duration_ms: last }: Operation): string[] {
  const what = [title, ...changes].map(inert).join('<br>');
  return [code(id), what, inert(because), last === undefined ? '' : `~${formatDuration(last)}`];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function bullets(title: string, items: readonly string[]): string {
  return items.length === 0 ? '' : [title, '', ...items.map((item) => `- ${item}`)].join('\n');
}

function details(title: string, items: readonly string[]): string {
  if (items.length === 0) return '';
  return [
    `<details><summary>${inert(title)}</summary>`,
    '',
    ...items.map((item) => `- ${item}`),
    '',
    '</details>',
  ].join('\n');
}

function code(text: string): string {
  const plain = printableLine(text);
  return plain.includes('`') ? `<code>${inert(text)}</code>` : `\`${plain.replace(/\|/g, '\\|')}\``;
}

/** Foreign text without power over the page: no markup, no HTML, no table cell, no mention, no reference. */
function inert(text: string): string {
  return printableLine(text)
    .replace(/[&<>]/g, (char) => `&#${char.charCodeAt(0)};`)
    .replace(/[\\`*[\]|~$]|(?<!\w)_|_(?!\w)/g, (char) => `\\${char}`)
    .replace(/(?<!&)[@#](?=\w)/g, (char) => `${char}<!-- -->`);
}
