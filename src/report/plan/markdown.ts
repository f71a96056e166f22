import { formatDuration } from '../../core/duration.ts';
import type { Operation, Plan } from '../../core/plan.ts';
import { count } from '../../core/text.ts';
import { bullets, codeSpan, inert, markdownTable } from '../markdown.ts';
import { changeLine, heading, summary } from './words.ts';

/** The plan as GitHub-flavoured Markdown for a comment on a pull request. */
export function planMarkdown(plan: Plan): string {
  const blocks = [
    `### ${inert(heading(plan))}`,
    `**${inert(summary(plan))}**`,
    markdownTable(['Operation', 'What', 'Why', 'Last time'], plan.operations.map(operationCells)),
    bullets(
      '#### Gates',
      plan.gates.map(
        ({ name, met, message, fix }) =>
          `${met ? '✅' : '❌'} ${codeSpan(name)}: ${inert(message)}${fix === undefined ? '' : ` → ${inert(fix)}`}`,
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
        return `${codeSpan(sign)} ${inert(text)}`;
      }),
    ),
    details(
      `${count(plan.unchanged.length, 'service')} unchanged`,
      plan.unchanged.map(({ service, because }) => `${codeSpan(service)}: ${inert(because)}`),
    ),
    `<sub>${inert(plan.id)}</sub>`,
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function operationCells({ id, title, because, changes, costs = [], last_duration_ms: last }: Operation): string[] {
  const costly = costs.map((thing) => `costs money while idle: ${thing}`);
  const what = [title, ...changes, ...costly].map(inert).join('<br>');
  return [codeSpan(id), what, inert(because), last === undefined ? '' : `~${formatDuration(last)}`];
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
