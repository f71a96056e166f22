import { formatDuration } from '../core/duration.ts';
import { EXIT, type ExitCode } from '../core/error-codes.ts';
import { exitCodeOf } from '../core/errors.ts';
import type { OperationReport, RunReport } from '../core/run.ts';
import { list, printableLine } from '../core/text.ts';
import { unreachable } from '../core/unreachable.ts';
import { failureDocument, findingText } from './failure.ts';
import { stateCell } from './state-cell.ts';
import type { Style } from './style.ts';
import { facts, table } from './table.ts';

/** The document of deploy, redeploy, promote, rollback, canary, migrate and destroy. A failure has the error's fields in front. */
export function runDocument(report: RunReport): Record<string, unknown> {
  const { failure, operations, warnings, undelivered, ...rest } = report;
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
    left_out: rest.left_out,
    left_behind: rest.left_behind ?? [],
    restored: rest.restored,
    held: rest.held ?? null,
    warnings: [...warnings, ...undelivered],
    next_steps: rest.next_steps,
  };
}

/** The summary for people: what deserves a look, then what runs and where. */
export function runText(report: RunReport, style: Style): string {
  const { version_id: id, version_name: name } = report;
  const parts = [
    ...report.warnings.map((warning) => findingText(warning, style)),
    isEventful(report.operations) ? operationsTable(report.operations, style) : '',
    ...leftSentences(report),
    ...report.restored,
    report.held ?? '',
    `${style.green(headline(report))}: ${sentence(report)}`,
    facts(
      [
        ['version', id && (name ? `${name} (${id})` : id)],
        ['url', report.url],
        ['dashboard', report.dashboard_url],
      ],
      style,
    ),
    nextSteps(report),
  ];
  return parts.filter(Boolean).join('\n');
}

/** What stands above the error of a run that failed: how each operation ended, what runs now, and what to do. */
export function runFailureText(report: RunReport, style: Style): string {
  const { operations, restored } = report;
  return [operationsTable(operations, style), tally(operations), ...restored, nextSteps(report)]
    .filter(Boolean)
    .join('\n');
}

/**
 * 9 only when something that ran before runs again; a first deploy that was taken away again is a plain failure, and a
 * run that was taken back as asked is none.
 */
export function runExit(report: RunReport): ExitCode {
  switch (report.status) {
    case 'succeeded':
    case 'held':
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

const HEADLINES: Partial<Record<RunReport['status'], string>> = {
  unchanged: 'nothing to do',
  restored: 'taken back',
  held: 'waits for you',
};

/** `done`, `nothing to do`, `taken back`, or `waits for you`. */
export function headline({ status }: RunReport): string {
  return HEADLINES[status] ?? 'done';
}

/** `deploy staging in 4.2s (run_…)`. */
export function sentence(report: RunReport): string {
  const { status, unchanged, left_out, env, intent, duration_ms, run_id } = report;
  if (status !== 'unchanged') return `${intent.replace('_', ' ')} ${env} in ${formatDuration(duration_ms)} (${run_id})`;
  const current = `${list(unchanged) || env} ${unchanged.length > 1 ? 'are' : 'is'} up to date${unchanged.length ? ` in ${env}` : ''}`;
  if (left_out.length === 0) return current;
  return `${current}; ${list(left_out)}, not asked for, ${left_out.length > 1 ? 'have' : 'has'} changes`;
}

/** What was given up. */
export function leftSentences({ left_behind = [] }: RunReport): readonly string[] {
  return left_behind.map(({ service, places }) => `what ${service} has on ${list(places)} was left there: no answer`);
}

/** `2 succeeded, 1 failed, 3 not started`; words for counts in the order of a run. */
export function tally(operations: readonly OperationReport[]): string {
  const counts = new Map<string, number>();
  for (const status of STATUSES) {
    const amount = operations.filter((operation) => operation.status === status).length;
    const word = status === 'skipped' ? 'not started' : status.replace('_', ' ');
    if (amount > 0) counts.set(word, (counts.get(word) ?? 0) + amount);
  }
  return [...counts].map(([word, amount]) => `${amount} ${word}`).join(', ');
}

const STATUSES: readonly OperationReport['status'][] = ['succeeded', 'failed', 'cancelled', 'skipped', 'not_started'];

/** `failed, undone`. */
export function statusWords({ status, undone }: Pick<OperationReport, 'status' | 'undone'>): string {
  return [status.replace('_', ' '), ...(undone ? ['undone'] : [])].join(', ');
}

/** Every operation with how it ended and how long it took. */
export function operationsTable(operations: readonly OperationReport[], style: Style): string {
  return table(
    ['operation', 'status', 'took'],
    operations.map((operation) => [
      operation.id,
      stateCell(statusWords(operation), style),
      operation.duration_ms ? formatDuration(operation.duration_ms) : '',
    ]),
    style,
  );
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

function isEventful(operations: readonly OperationReport[]): boolean {
  return operations.some(({ status, undone }) => status !== 'succeeded' || undone);
}

function nextSteps({ next_steps }: RunReport): string {
  return next_steps.map((step) => `next: ${printableLine(step)}`).join('\n');
}
