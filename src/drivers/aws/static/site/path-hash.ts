import { WIDTH } from './viewer-code.ts';

const FIRST = 2_166_136_261;
const SECOND = 374_761_393;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Which page a path stands in: taken modulo their number. The same sum as in the viewer function. */
export function placeOf(path: string): number {
  return hash(path, FIRST);
}

/** What a path is called within a page. */
export function idOf(path: string): string {
  return digits(hash(path, FIRST), 5) + digits(hash(path, SECOND), WIDTH.id - 5);
}

function hash(text: string, seed: number): number {
  let h = seed;
  for (let index = 0; index < text.length; index++) h = Math.imul(h ^ text.charCodeAt(index), 16_777_619);
  h = Math.imul(h ^ (h >>> 15), 2_246_822_507);
  h = Math.imul(h ^ (h >>> 13), 3_266_489_909);
  return (h ^ (h >>> 16)) >>> 0;
}

function digits(number: number, count: number): string {
  let text = '';
  for (let rest = number; text.length < count; rest >>>= 6) text += LETTERS.charAt(rest & 63);
  return text;
}
