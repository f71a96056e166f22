import type { Finding } from '../core/finding.ts';
import { findingText } from '../report/failure.ts';
import type { Style } from '../report/style.ts';
import type { CommandResult } from './command.ts';

export interface Findings {
  readonly findings: readonly Finding[];
  /** What the document says when there are no errors: `valid`, `complete`. */
  readonly status: string;
  readonly document: Readonly<Record<string, unknown>>;
  /** What people see when all is well. */
  readonly sentence: string;
  /** What they see either way, such as the table of checks. */
  table?(style: Style): string;
}

/** A check's result: warnings are printed with it, errors make the command fail with the code of the first one. */
export async function findingsResult({
  findings,
  status,
  document,
  sentence,
  table,
}: Findings): Promise<CommandResult> {
  const { failureOf } = await import('../workflows/refuse.ts');
  const failure = failureOf(findings);
  const whole = { ...document, findings };
  if (failure) return { failure, document: whole, failureText: (style) => table?.(style) ?? '' };
  const lines = (style: Style) => [
    table?.(style) ?? '',
    ...findings.map((finding) => findingText(finding, style)),
    sentence,
  ];
  return { document: { status, ...whole }, text: (style) => lines(style).filter(Boolean).join('\n') };
}
