import { formatDuration } from '../../core/duration.ts';
import type { Finding } from '../../core/finding.ts';
import type { Gate, Operation, Plan } from '../../core/plan.ts';
import { printable, printableLine } from '../../core/text.ts';
import { evidenceLines } from '../failure.ts';
import { paragraph, WIDTH, widest, wrap } from './columns.ts';
import { changeLine, heading, summary } from './words.ts';

/** How parts stand out on a terminal; without one the text is plain. */
export interface PlanStyle {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
}

export interface PlanTextOptions {
  /** Also what each operation waits for, changes and generates, and how it is undone. */
  readonly verbose?: boolean | undefined;
  readonly style?: PlanStyle | undefined;
}

const same = (text: string) => text;
const PLAIN: PlanStyle = { bold: same, dim: same, red: same, green: same, yellow: same };

/** The plan as text with a closing line break: the same plan gives the same text. Wraps at 80 columns and never cuts. */
export function planText(plan: Plan, { verbose = false, style = PLAIN }: PlanTextOptions = {}): string {
  const sections = [
    [`${style.bold(heading(plan))}  ${style.dim(printableLine(plan.id))}`],
    section('Operations', operationLines(plan.operations, style, verbose), style),
    section(
      'Unchanged',
      plan.unchanged.flatMap(({ service, because }) => entry(`${service}: ${because}`, '  ')),
      style,
    ),
    section('Changes', changeLines(plan, style), style),
    section('Warnings', plan.warnings.flatMap(findingLines('! ', style.yellow)), style),
    section(
      'Gates',
      plan.gates.flatMap((gate) => gateLines(gate, style)),
      style,
    ),
    [style.bold(summary(plan))],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function section(title: string, lines: readonly string[], style: PlanStyle): string[] {
  return lines.length === 0 ? [] : [style.bold(title), ...lines];
}

function operationLines(operations: readonly Operation[], style: PlanStyle, verbose: boolean): string[] {
  const ids = widest(
    operations.map(({ id }) => id),
    32,
  );
  const titles = widest(
    operations.map(({ title }) => title),
    36,
  );
  return operations.flatMap((operation) => {
    const row = operationRow(operation, { ids, titles }, style);
    return [...row, ...costLines(operation), ...(verbose ? detailLines(operation, style) : [])];
  });
}

/** `  build:web  Build web  files changed: 3  ~4.0s`; a reason that does not fit goes on below itself. */
function operationRow(
  operation: Operation,
  { ids, titles }: { readonly ids: number; readonly titles: number },
  style: PlanStyle,
): string[] {
  const head = `  ${printableLine(operation.id).padEnd(ids)}  ${printableLine(operation.title).padEnd(titles)}  `;
  const { last_duration_ms: last } = operation;
  const time = last === undefined ? '' : `~${formatDuration(last)}`;
  const room = Math.max(24, WIDTH - head.length - (time === '' ? 0 : time.length + 2));
  const [because = '', ...rest] = wrap(printableLine(operation.because), room);
  const tail = time === '' ? '' : `  ${style.dim(time)}`;
  const padded = tail === '' ? because : because.padEnd(room);
  return [`${head}${padded}${tail}`, ...rest.map((line) => `${' '.repeat(head.length)}${line}`)];
}

function costLines({ costs = [] }: Operation): string[] {
  return costs.flatMap((what) => paragraph('      ', `costs money while idle: ${printableLine(what)}`));
}

function detailLines(operation: Operation, style: PlanStyle): string[] {
  const { depends_on, changes, compensation } = operation;
  const until = compensation?.unless_started ?? [];
  const lines = [
    ...changes,
    ...(depends_on.length > 0 ? [`after ${depends_on.join(', ')}`] : []),
    ...(compensation ? [`on failure: ${compensation.title}`] : []),
    ...(until.length > 0 ? [`but not once ${until.join(', ')} has started`] : []),
  ];
  const facts = lines.flatMap((line) => paragraph('      ', printableLine(line)));
  return [...facts, ...generatedLines(operation)].map((line) => style.dim(line));
}

/** Texts keep their line breaks, however long the lines are. */
function generatedLines({ generates = [] }: Operation): string[] {
  return generates.flatMap(({ path, text }) => [
    `      generated ${printableLine(path)}:`,
    ...text
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => `        ${printable(line)}`.trimEnd()),
  ]);
}

function changeLines(plan: Plan, style: PlanStyle): string[] {
  const colour = { '+': style.green, '~': style.yellow, '-': style.red };
  return plan.changes.flatMap((change) => {
    const { sign, text } = changeLine(change);
    return coloured(entry(text, `  ${sign} `), sign, colour[sign]);
  });
}

function findingLines(mark: string, colour: (text: string) => string): (finding: Finding) => string[] {
  return (finding) => [
    ...coloured(entry(finding.message, `  ${mark}`), mark.trim(), colour),
    ...evidenceLines(finding).flatMap((line) => entry(line, '    ')),
    ...(finding.fix === undefined ? [] : entry(`→ ${finding.fix}`, '    ')),
  ];
}

function gateLines({ name, met, message, fix }: Gate, style: PlanStyle): string[] {
  const mark = met ? '✓' : '✗';
  return [
    ...coloured(entry(`${name}: ${message}`, `  ${mark} `), mark, met ? style.green : style.red),
    ...(fix === undefined ? [] : entry(`→ ${fix}`, '    ')),
  ];
}

function entry(text: string, first: string): string[] {
  return paragraph(first, printableLine(text));
}

/** Colours the mark at the head of the first line. */
function coloured(lines: readonly string[], mark: string, colour: (text: string) => string): string[] {
  const [head = '', ...rest] = lines;
  return [head.replace(mark, () => colour(mark)), ...rest];
}
