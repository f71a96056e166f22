import type { Style } from './style.ts';
import type { Cell } from './table.ts';

const GOOD = /^(succeeded|running|deployed|applied|ok)\b/;
const BAD = /^(failed|cut_off|dirty|\d+ errors?)\b/;

/** A state in the colour that people expect; the word itself says the same. */
export function stateCell(text: string, style: Style): Cell {
  if (text === '-' || text === '') return text;
  return { text, paint: GOOD.test(text) ? style.green : BAD.test(text) ? style.red : style.yellow };
}
