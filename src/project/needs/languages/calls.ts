import { type Ask, lineCounter, type Mention } from '../mention.ts';
import { maskText, type Syntax } from './mask.ts';

/** A place in code where a literal names a variable. */
export interface Call {
  readonly key: string;
  readonly start: number;
  /** Behind the literal's closing quote. */
  readonly end: number;
  /** What the pattern caught before the literal. */
  readonly groups: readonly (string | undefined)[];
}

/** A file of a language without a parser here: its text, and the same without comments and literals. */
export interface Source {
  readonly text: string;
  readonly code: string;
}

export function readSource(text: string, syntax: Syntax): Source {
  return { text, code: maskText(text, syntax) };
}

/** Where code matches `pattern`, which ends at an opening quote. */
export function callsIn({ text, code }: Source, pattern: RegExp): readonly Call[] {
  return [...code.matchAll(pattern)].flatMap((match): Call[] => {
    const open = match.index + match[0].length - 1;
    const close = code.indexOf(text.charAt(open), open + 1);
    const key = close < 0 ? '' : text.slice(open + 1, close);
    return /^[A-Za-z_]\w*$/.test(key) ? [{ key, start: match.index, end: close + 1, groups: match.slice(1) }] : [];
  });
}

/** A place and how it asks, or `undefined` for one that does not. */
export type Judged = readonly [call: Call, shown: string, asks: Ask | undefined];

export function mentionsAt({ text }: Source, judged: readonly Judged[]): readonly Mention[] {
  const lineOf = lineCounter(text);
  return judged.flatMap(([{ key, start }, shown, asks]) =>
    asks ? [{ key, line: lineOf(start), shown, asks, when: 'run' as const }] : [],
  );
}

/** The line of code that a place stands in, up to the place, and behind it. */
export function lineAround({ code }: Source, { start, end }: Call): readonly [before: string, behind: string] {
  const from = code.lastIndexOf('\n', start - 1) + 1;
  const to = code.indexOf('\n', end);
  return [code.slice(from, start), code.slice(end, to < 0 ? code.length : to)];
}

const LINES_BELOW = 4;

/** The next lines of code behind the one of a place. */
export function linesBelow({ code }: Source, { end }: Call): readonly string[] {
  const from = code.indexOf('\n', end);
  return from < 0 ? [] : code.slice(from + 1, from + 1 + 600).split('\n', LINES_BELOW);
}
