import { relative } from 'node:path';
import { ERROR_CODES } from '../core/error-codes.ts';
import { type Failure, severityOf } from '../core/errors.ts';
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
 * The same for people, the most important line last: findings and detail first, then what to do, then what happened.
 * Nothing is said twice: an error that stands alone is the last line, and a fix that a finding has is that finding's.
 */
export function failureText(failure: Failure, style: Style = plainStyle): string {
  const { findings = [], detail = [], code } = failure;
  const only = soleError(failure);
  const others = findings.filter((finding) => finding !== only);
  const fix = failure.fix ?? only?.fix;
  return [
    ...others.map((finding) => findingText(finding, style)),
    ...detail.map((line) => style.dim(`  | ${printableLine(line)}`)),
    ...(only ? evidenceLines(only) : []),
    ...(fix && others.every((finding) => finding.fix !== fix) ? [`fix: ${printable(fix)}`] : []),
    style.dim(`more: deployer help ${code}`),
    only
      ? headOf(only, style)
      : `${style.red(`error[${code}]`)} ${placeText(failure.place)}${printable(failure.reason)}`,
  ].join('\n');
}

/** The one error among warnings, when it is what failed. */
function soleError({ findings = [], code }: Failure): Finding | undefined {
  const [first, ...more] = findings.filter(({ level }) => level === 'error');
  return more.length === 0 && first?.code === code ? first : undefined;
}

/** `error[INVALID_CONFIG] deploy.config.yaml:3:5: services.api.helth: unknown key`, and below it how to mend it. */
export function findingText(finding: Finding, style: Style = plainStyle): string {
  return [
    headOf(finding, style),
    ...evidenceLines(finding).map((line) => `  ${line}`),
    ...(finding.fix ? [`  fix: ${printable(finding.fix)}`] : []),
  ].join('\n');
}

/** As many places as a person looks at; the document has all. */
const SHOWN_EVIDENCE = 3;

/** `seen: src/pay.ts:4 process.env.STRIPE_SECRET_KEY; …`: a line, or none. */
export function evidenceLines({ evidence = [] }: Finding): string[] {
  if (evidence.length === 0) return [];
  const more = evidence.length - SHOWN_EVIDENCE;
  const shown = evidence.slice(0, SHOWN_EVIDENCE).map(printableLine);
  return [`seen: ${[...shown, ...(more > 0 ? [`${more} more`] : [])].join('; ')}`];
}

/** `services.api.helth: unknown key (expected one of …)`; what the message itself says is not said twice. */
export function messageOf({ path, message, expected }: Pick<Finding, 'path' | 'message' | 'expected'>): string {
  const subject = path && !message.includes(path) ? `${path}: ` : '';
  const wanted = expected && !message.includes(expected) ? ` (expected ${expected})` : '';
  return `${subject}${message}${wanted}`;
}

function headOf(finding: Finding, style: Style): string {
  const { level, code, place, message } = finding;
  const paint = level === 'error' ? style.red : style.yellow;
  const isSaid = place !== undefined && !place.line && message.startsWith(place.file);
  return `${paint(`${level}[${code}]`)} ${isSaid ? '' : placeText(place)}${printable(messageOf(finding))}`;
}

/** `deploy.config.yaml:3:5: `, seen from where the command was started. */
function placeText(place: Place | undefined): string {
  if (!place) return '';
  const position = place.line ? `:${place.line}${place.column ? `:${place.column}` : ''}` : '';
  return `${printableLine(shownPath(place.file))}${position}: `;
}

/** A path as people on this command line would type it. */
export function shownPath(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') ? file : path;
}
