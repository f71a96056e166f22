import type { HealthCheck } from '../core/config.ts';
import { formatDuration } from '../core/duration.ts';
import type { HttpAnswer } from '../core/ports.ts';
import { printableLine } from '../core/text.ts';

/** What came of one try. */
export interface Answer {
  readonly ok: boolean;
  /** One printable line. */
  readonly answer: string;
}

/** Characters of a body or line that are shown. */
const SHOWN = 200;

type HttpCheck = Extract<HealthCheck, { kind: 'http' }>;

/** `HTTP 503 "starting" (expected 200)`: what came back in one line, and what was missing when it was not good. */
export function explainHttp(check: HttpCheck, answer: HttpAnswer): Answer {
  const body = Buffer.from(answer.body).toString();
  const shown = shortLine(body.trim());
  const missing = missingFrom(check, answer, body);
  const parts = [`HTTP ${answer.status}`, ...(shown ? [`"${shown}"`] : []), ...(missing ? [`(${missing})`] : [])];
  return { ok: missing === undefined, answer: parts.join(' ') };
}

function missingFrom(check: HttpCheck, answer: HttpAnswer, body: string): string | undefined {
  if (!check.status.includes(answer.status)) return `expected ${check.status.join(' or ')}`;
  if (check.body !== undefined && !body.includes(check.body)) return `expected "${shortLine(check.body)}" in the body`;
  const header = Object.entries(check.headers).find(([name, value]) => answer.headers[name] !== value);
  return header && `expected the header ${shortLine(header.join(': '))}`;
}

/** One printable line; cut, it ends in `…`, by which the redactor knows a value that was cut. */
export function shortLine(text: string): string {
  // Escapes make text longer, never shorter, so nothing beyond this is ever shown.
  const line = printableLine(text.slice(0, SHOWN + 1));
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
}

export function noAnswerWithin(timeout: number): string {
  return `no answer within ${formatDuration(timeout)}`;
}
