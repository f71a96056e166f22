import { formatDuration } from '../core/duration.ts';
import type { RunReport } from '../core/run.ts';
import { bullets, codeSpan, inert, markdownTable } from './markdown.ts';
import { headline, leftSentences, sentence, statusWords, tally } from './run.ts';

/** How a run went, for the page of a CI job. */
export function runMarkdown(report: RunReport): string {
  const { failure, operations, urls, restored, held, next_steps } = report;
  const blocks = [
    failure
      ? `**${inert(tally(operations) || report.status)}**`
      : `### ${headline(report)}: ${inert(sentence(report))}`,
    markdownTable(
      ['Operation', 'Status', 'Took'],
      operations.map((operation) => [
        codeSpan(operation.id),
        statusWords(operation),
        operation.duration_ms ? formatDuration(operation.duration_ms) : '',
      ]),
    ),
    bullets('', [...leftSentences(report), ...restored, ...(held ? [held] : [])].map(inert)),
    bullets(
      '#### URLs',
      Object.entries(urls).map(([service, url]) => `${codeSpan(service)}: ${inert(url)}`),
    ),
    bullets('#### Next', next_steps.map(codeSpan)),
  ];
  return `${blocks.filter(Boolean).join('\n\n')}\n`;
}
