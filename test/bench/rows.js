// One number of the benchmark each, with its bound.

/**
 * @typedef {{ what: string, value: number, unit: string, most?: number, least?: number, note?: string }} Row
 */

/** `PASS` or `MISS` for a row with a bound, nothing for one that is only there to compare. */
export function verdict({ value, most, least }) {
  if (most === undefined && least === undefined) return '';
  return value <= (most ?? Number.POSITIVE_INFINITY) && value >= (least ?? Number.NEGATIVE_INFINITY) ? 'PASS' : 'MISS';
}

/** The rows of all groups as Markdown. */
export function table(groups) {
  const lines = groups.flatMap(({ name, rows }) => rows.map((row) => `| ${cells(name, row).join(' | ')} |`));
  return ['| group | what | measured | bound | | |', '|---|---|---|---|---|---|', ...lines].join('\n');
}

function cells(group, row) {
  return [group, row.what, `${shown(row.value)} ${row.unit}`, bound(row), verdict(row), row.note ?? ''];
}

function bound({ most, least, unit }) {
  if (most !== undefined) return `≤ ${shown(most)} ${unit}`;
  return least === undefined ? '' : `≥ ${shown(least)} ${unit}`;
}

function shown(value) {
  if (Math.abs(value) >= 100) return String(Math.round(value));
  return String(Number(value.toFixed(Math.abs(value) >= 10 ? 1 : 2)));
}
