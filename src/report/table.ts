import { printableLine } from '../core/text.ts';
import { plainStyle, type Style } from './style.ts';

/** A text, or one that stands out. */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string };

/** Rows as aligned columns below a head, one record a line, never cut or wrapped. Empty when there are no rows. */
export function table(
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  style: Pick<Style, 'bold'> = plainStyle,
): string {
  if (rows.length === 0) return '';
  const all = [head.map((text) => ({ text, paint: style.bold })), ...rows.map((row) => row.map(cellOf))];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.text.length ?? 0)));
  return all.map((row) => line(row, widths)).join('\n');
}

/** `name: value` lines with aligned values; entries without a value are left out. */
export function facts(
  entries: readonly (readonly [string, string | undefined])[],
  style: Pick<Style, 'bold'> = plainStyle,
): string {
  const present = entries.flatMap(([name, value]) => (value ? [[`${name}:`, value] as const] : []));
  const width = Math.max(0, ...present.map(([name]) => name.length));
  return present
    .map(([name, value]) => `${style.bold(name)}${' '.repeat(width - name.length + 1)}${printableLine(value)}`)
    .join('\n');
}

type PaintedCell = Exclude<Cell, string>;

const same = (text: string): string => text;

function cellOf(cell: Cell): PaintedCell {
  const { text, paint } = typeof cell === 'string' ? { text: cell, paint: same } : cell;
  return { text: printableLine(text), paint };
}

/** Padding stays outside of the colours, and the last column has none. */
function line(cells: readonly PaintedCell[], widths: readonly number[]): string {
  const last = cells.findLastIndex(({ text }) => text !== '');
  return cells
    .slice(0, last + 1)
    .map(({ text, paint }, column) =>
      column === last ? paint(text) : `${paint(text)}${padding(text, widths[column])}`,
    )
    .join('  ');
}

function padding(text: string, width = 0): string {
  return ' '.repeat(Math.max(0, width - text.length));
}
