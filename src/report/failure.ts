import { ERROR_CODES } from '../core/error-codes.ts';
import type { Failure } from '../core/errors.ts';
import { severityOf } from '../core/errors.ts';
import type { Finding, Place } from '../core/finding.ts';
import { printable, printableLine } from '../core/text.ts';
import { plainStyle, type Style } from './style.ts';

/** The error document of every command: closed fields, `format` first. */
export function failureDocument(failure: Failure): Record<string, unknown> {
  return {
    format: 1,
    status: 'error',
    code: failure.code,
    reason: failure.reason,
    stage: failure.stage ?? 'usage',
    severity: severityOf(failure),
    fix_suggestion: failure.fix ?? null,
    recovery: failure.recovery ?? [
      { action: ERROR_CODES[failure.code].recovery, message: failure.fix ?? ERROR_CODES[failure.code].meaning },
    ],
    ...(failure.run_id ? { run_id: failure.run_id } : {}),
    ...(failure.detail?.length ? { detail: failure.detail } : {}),
    findings: failure.findings ?? [],
  };
}

/**
 * The same for people, the most important line last: findings and detail first, then `error[CODE] …` and what to do.
 */
export function failureText(failure: Failure, style: Style = plainStyle): string {
  const lines = [
    ...(failure.findings ?? []).map((finding) => findingText(finding, style)),
    ...(failure.detail ?? []).map((line) => style.dim(`  | ${printableLine(line)}`)),
  ];
  if (failure.fix) lines.push(`fix: ${printable(failure.fix)}`);
  lines.push(style.dim(`more: deployer help ${failure.code}`));
  lines.push(`${style.red(`error[${failure.code}]`)} ${placeText(failure.place)}${printable(failure.reason)}`);
  return lines.join('\n');
}

/** `error[INVALID_CONFIG] deploy.config.yaml:3:5 services.api.helth: unknown key; did you mean "health"?` */
export function findingText(finding: Finding, style: Style = plainStyle): string {
  const head = `${finding.level}[${finding.code}]`;
  const path = finding.path ? `${printableLine(finding.path)}: ` : '';
  const expected = finding.expected ? ` (expected ${printableLine(finding.expected)})` : '';
  const coloured = finding.level === 'error' ? style.red(head) : style.yellow(head);
  const line = `${coloured} ${placeText(finding.place)}${path}${printable(finding.message)}${expected}`;
  return finding.fix ? `${line}\n  fix: ${printable(finding.fix)}` : line;
}

function placeText(place: Place | undefined): string {
  if (!place) return '';
  const position = place.line ? `:${place.line}${place.column ? `:${place.column}` : ''}` : '';
  return `${printableLine(place.file)}${position} `;
}
