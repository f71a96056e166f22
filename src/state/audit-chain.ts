import { type Digest, digestValue } from '../core/digest.ts';
import type { Finding } from '../core/finding.ts';
import { canonicalJson } from '../core/json.ts';
import type { AuditEntry } from '../core/state.ts';
import { count } from '../core/text.ts';

/** What somebody wants to have on record. */
export type AuditFacts = Pick<AuditEntry, 'who' | 'action'> &
  Partial<Pick<AuditEntry, 'environment' | 'run_id' | 'result' | 'detail'>>;

/** The last entry that is known to be in the log. */
export type AuditHead = Pick<AuditEntry, 'seq' | 'digest'>;

/** The action of the entry that the log writes about itself when its end had to be mended. */
export const MENDED = 'audit.mended';

/** The next entry of a chain. */
export function chained(facts: AuditFacts, { head, at }: { head: AuditHead | undefined; at: string }): AuditEntry {
  const entry = { ...facts, format: 1 as const, seq: (head?.seq ?? 0) + 1, at, previous: head?.digest ?? null };
  return { ...entry, digest: digestValue(entry) };
}

export function lineOf(entry: AuditEntry): string {
  return `${canonicalJson(entry)}\n`;
}

/**
 * An entry that is as it was written; `undefined` otherwise. Lines have one form only, so that a change of any byte shows,
 * even of one that means nothing in JSON.
 */
export function parseLine(line: string): AuditEntry | undefined {
  const entry = parsed(line);
  if (typeof entry?.seq !== 'number') return undefined;
  const { digest, ...facts } = entry;
  return canonicalJson(entry) === line && digestValue(facts) === digest ? entry : undefined;
}

export interface LogText {
  /** Complete lines, without their ends. */
  readonly lines: readonly string[];
  /** Bytes up to the end of the last complete line. */
  readonly whole: number;
  /** Bytes behind it: a line that was cut off. */
  readonly torn: number;
}

export function splitLog(bytes: Uint8Array): LogText {
  const whole = bytes.lastIndexOf(0x0a) + 1;
  const text = Buffer.from(bytes.subarray(0, whole)).toString('utf8');
  return { lines: text === '' ? [] : text.slice(0, -1).split('\n'), whole, torn: bytes.length - whole };
}

/**
 * Every place where the log is not what was written: changed, removed, swapped or added lines, entries missing at the end
 * (`head` is kept beside the log), and, as a warning, a torn last line.
 */
export function checkChain({ lines, torn }: LogText, head: AuditHead | undefined): Finding[] {
  const findings: Finding[] = [];
  let before: AuditHead | undefined;
  let headSeen = head === undefined;
  for (const [index, line] of lines.entries()) {
    const entry = parseLine(line);
    if (!entry) findings.push(finding(index, 'was changed: it does not match its digest'));
    else {
      const gap = gapBetween(before, entry);
      if (gap) findings.push(finding(index, gap));
      headSeen ||= entry.seq === head?.seq && entry.digest === head.digest;
    }
    before = entry ?? unreadable(before);
  }
  if (!headSeen)
    findings.push(finding(lines.length, `is missing: entry ${head?.seq} was written, but is not in the log`));
  if (torn > 0) findings.push({ ...finding(lines.length, `was cut off after ${count(torn, 'byte')}`), ...TORN });
  return findings;
}

/** A crash in the middle of an append; the caller was never told that the entry is in the log. */
const TORN = { level: 'warning', fix: 'The next entry cuts it and says so' } as const;

/** After a line that cannot be trusted only the numbers can be followed: one fault gives one finding, not two. */
function unreadable(before: AuditHead | undefined): AuditHead {
  return { seq: (before?.seq ?? 0) + 1, digest: 'sha256:' };
}

function gapBetween(before: AuditHead | undefined, entry: AuditEntry): string | undefined {
  const wanted: Digest | null = before?.digest ?? null;
  if (entry.seq !== (before?.seq ?? 0) + 1)
    return `does not follow the line before it: entry ${entry.seq} after ${before?.seq ?? 0}`;
  if (wanted !== 'sha256:' && entry.previous !== wanted)
    return 'does not follow the line before it: another entry was there';
  return undefined;
}

function finding(index: number, fault: string): Finding {
  return {
    level: 'error',
    code: 'STATE_CORRUPT',
    message: `Line ${index + 1} of audit.ndjson ${fault}`,
    place: { file: 'audit.ndjson', line: index + 1 },
    fix: 'Compare with a copy of the log kept elsewhere; the entries before this line are as they were written',
  };
}

function parsed(line: string): AuditEntry | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as AuditEntry) : undefined;
  } catch {
    return undefined;
  }
}
