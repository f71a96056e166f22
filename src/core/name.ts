const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;
const VARIABLE = /^[A-Za-z_]\w*$/;
const LONGEST_VARIABLE = 128;

/** Names of projects, services, environments and databases. */
export const NAME_RULE = 'lower-case letters, digits and "-", starting with a letter or digit, at most 40 characters';

/** Names that plain objects already carry; they pass a pattern but are refused everywhere. */
const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);

export function isName(text: string): boolean {
  return NAME.test(text) && !RESERVED.has(text);
}

export function isVariableName(text: string): boolean {
  return text.length <= LONGEST_VARIABLE && VARIABLE.test(text) && !RESERVED.has(text);
}

/** The candidate within a third of its length in edits of `word`, nearest first; for "did you mean". */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.ceil(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word, candidate, least);
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** Edits (insert, delete, replace, swap of neighbours) from `a` to `b`; gives up above `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    [before, above] = [above, row];
  }
  return above[b.length] ?? limit;
}
