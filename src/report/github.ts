import { appendFile, stat } from 'node:fs/promises';
import { relative } from 'node:path';
import type { Failure } from '../core/errors.ts';
import type { Finding, Place } from '../core/finding.ts';
import { messageOf } from './failure.ts';
import { bullets, codeSpan, inert } from './markdown.ts';

/** GitHub shows ten annotations of each kind for a step, and takes 1 MiB of summary. */
const ANNOTATIONS = 10;
const SUMMARY_BYTES = 1 << 20;

/** What went wrong as annotations beside the lines of the config: one for each finding, or one for the failure itself. */
export function annotations(failure: Failure): string[] {
  const errors = (failure.findings ?? []).filter(({ level }) => level === 'error');
  const all = errors.length > 0 ? errors : [{ code: failure.code, message: failure.reason, place: failure.place }];
  return all.slice(0, ANNOTATIONS).map(annotation);
}

/** The failure for the page of the job. */
export function failureMarkdown({ code, reason, findings = [], fix }: Failure): string {
  const errors = findings.filter(({ level }) => level === 'error');
  const blocks = [
    `### ${codeSpan(code)} ${inert(reason)}`,
    bullets('', errors.map(findingMarkdown)),
    fix ? `Fix: ${inert(fix)}` : '',
  ];
  return `${blocks.filter(Boolean).join('\n\n')}\n`;
}

/** Appends to the step's summary, as much as there is room for. A summary that cannot be written fails no command. */
export async function writeStepSummary(markdown: string, file: string | undefined): Promise<void> {
  if (!file || markdown === '') return;
  const taken = await stat(file).then(
    ({ size }) => size,
    () => 0,
  );
  await appendFile(file, fitting(markdown, SUMMARY_BYTES - taken)).catch(() => undefined);
}

type Annotation = Pick<Finding, 'code' | 'message' | 'path' | 'expected'> & { readonly place?: Place | undefined };

/** Values in GitHub's commands are escaped: `%`, CR and LF, and in properties `:` and `,` too. */
function annotation(finding: Annotation): string {
  const { code, place } = finding;
  const position = place ? [`file=${property(fromWorkspace(place.file))}`, ...numbers(place)] : [];
  return `::error ${[...position, `title=${property(code)}`].join(',')}::${data(messageOf(finding))}`;
}

function numbers({ line, column }: Place): string[] {
  return [...(line ? [`line=${line}`] : []), ...(column ? [`col=${column}`] : [])];
}

function fromWorkspace(file: string): string {
  const path = relative(process.env.GITHUB_WORKSPACE || process.cwd(), file);
  return path.startsWith('..') ? file : path;
}

function data(text: string): string {
  return text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}

function property(text: string): string {
  return data(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
}

function findingMarkdown(finding: Finding): string {
  const { place, fix } = finding;
  const where = place ? `${codeSpan([fromWorkspace(place.file), place.line].filter(Boolean).join(':'))} ` : '';
  return `${where}${inert(messageOf(finding))}${fix ? ` → ${inert(fix)}` : ''}`;
}

/** Whole lines only, and a word that there was more. */
function fitting(markdown: string, room: number): string {
  if (Buffer.byteLength(markdown) < room) return markdown;
  const more = '\n\n_The rest is in the log._\n';
  const cut = Buffer.from(markdown)
    .subarray(0, Math.max(0, room - Buffer.byteLength(more) - 1))
    .toString('utf8');
  const whole = cut.slice(0, Math.max(0, cut.lastIndexOf('\n')));
  return whole === '' ? '' : `${whole}${more}`;
}
