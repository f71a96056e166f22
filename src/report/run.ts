import { formatDuration } from '../core/duration.ts';
import { EXIT, type ExitCode } from '../core/error-codes.ts';
import { exitCodeOf } from '../core/errors.ts';
import type { OperationReport, RunReport } from '../core/run.ts';
import { list } from '../core/text.ts';
import { unreachable } from '../core/unreachable.ts';
import { failureDocument, failureText, findingText } from './failure.ts';
import type { Style } from './style.ts';
import { facts, table } from './table.ts';

/** The document of deploy, redeploy, promote, rollback, canary, migrate and destroy. A failure has the error's fields in front. */
export function runDocument(report: RunReport): Record<string, unknown> {
  const { failure, operations, warnings, ...rest } = report;
  return {
    ...(failure
      ? failureDocument({ ...failure, ...(report.run_id ? { run_id: report.run_id } : {}) })
      : { status: 'success' }),
    env: rest.env,
    run_id: rest.run_id ?? null,
    version_id: rest.version_id ?? null,
    version_name: rest.version_name ?? null,
    url: rest.url ?? null,
    urls: rest.urls,
    dashboard_url: rest.dashboard_url ?? null,
    env_configured: rest.env_configured,
    duration_ms: Math.round(rest.duration_ms),
    changed: rest.status !== 'unchanged',
    run_status: rest.status,
    operations: operations.map(operationDocument),
    unchanged: rest.unchanged,
    restored: rest.restored,
    warnings,
    next_steps: rest.next_steps,
  };
}

/** The summary for people: every operation that did not simply succeed, then what runs and where. */
export function runText(report: RunReport, style: Style): string {
  const parts = [
    ...report.warnings.map((warning) => findingText(warning, style)),
    operationsText(report.operations),
    ...report.restored,
    summary(report, style),
    facts([
      ['version', report.version_id && `${report.version_id}${report.version_name ? ` (${report.version_name})` : ''}`],
      ['url', report.url],
      ['dashboard', report.dashboard_url],
    ]),
    ...report.next_steps.map((step) => `next: ${step}`),
  ];
  return parts.filter(Boolean).join('\n');
}

/** What a failed run says on stderr, its error last. */
export function runFailureText(report: RunReport, style: Style): string {
  const head = [operationsText(report.operations), ...report.restored].filter(Boolean).join('\n');
  return [head, report.failure ? failureText(report.failure, style) : ''].filter(Boolean).join('\n');
}

/**
 * 9 only when something that ran before runs again; a first deploy that was taken away again is a plain failure, and a
 * run that was taken back as asked is none.
 */
export function runExit(report: RunReport): ExitCode {
  switch (report.status) {
    case 'succeeded':
    case 'unchanged':
      return EXIT.done;
    case 'interrupted':
    case 'failed':
    case 'restored': {
      if (!report.failure) return report.status === 'restored' ? EXIT.done : EXIT.failed;
      const exit = exitCodeOf(report.failure);
      return exit === EXIT.restored && !report.previous_runs ? EXIT.failed : exit;
    }
    default:
      return unreachable(report.status);
  }
}

function operationDocument({
  id,
  type,
  status,
  duration_ms,
  undone,
  failure,
}: OperationReport): Record<string, unknown> {
  return {
    id,
    type,
    status,
    duration_ms: Math.round(duration_ms),
    ...(undone ? { undone } : {}),
    ...(failure ? { code: failure.code, reason: failure.reason } : {}),
  };
}

function operationsText(operations: readonly OperationReport[]): string {
  const eventful = operations.some(({ status, undone }) => status !== 'succeeded' || undone);
  if (!eventful) return '';
  return table(
    ['operation', 'status', 'took'],
    operations.map(({ id, status, undone, duration_ms }) => [
      id,
      undone ? `${status}, undone` : status,
      duration_ms ? formatDuration(duration_ms) : '',
    ]),
  );
}

function summary(report: RunReport, style: Style): string {
  if (report.status === 'unchanged')
    return `${style.green('nothing to do')}: ${list(report.unchanged) || report.env} ${report.unchanged.length === 1 ? 'is' : 'are'} up to date in ${report.env}`;
  if (report.status === 'restored')
    return `${style.green('taken back')}: ${report.intent.replace('_', ' ')} ${report.env} (${report.run_id})`;
  return `${style.green('done')}: ${report.intent.replace('_', ' ')} ${report.env} in ${formatDuration(report.duration_ms)} (${report.run_id})`;
}
