/** How a language writes what is not code. Longer marks first. */
export interface Syntax {
  readonly lineComments: readonly string[];
  readonly blockComments?: readonly (readonly [begin: string, end: string])[];
  readonly quotes: readonly string[];
  /** Quotes of texts that run over lines and know no escapes. */
  readonly raw?: readonly string[];
  /** What begins code within a text, up to the next `}`: `{` after an `f` before the quote, or `#{` in double quotes. */
  readonly interpolation?: '{' | '#{';
}

interface Stretch {
  readonly kind: 'comment' | 'literal';
  readonly quote: string;
  readonly end: number;
}

/**
 * The text with all comments, and what stands within quotes, as blanks: what is left is code, each at its old place. The
 * quotes stay, so that a place in code can look up the literal behind it in the text itself.
 */
export function maskText(text: string, syntax: Syntax): string {
  const parts: string[] = [];
  const marks = firstCharacters(syntax);
  let at = 0;
  for (let match = marks.exec(text); match; match = marks.exec(text)) {
    const stretch = stretchAt(text, match.index, syntax);
    if (!stretch) continue;
    parts.push(text.slice(at, match.index), masked(text, match.index, stretch, syntax));
    at = stretch.end;
    marks.lastIndex = at;
  }
  return parts.join('') + text.slice(at);
}

function firstCharacters({ lineComments, blockComments = [], quotes, raw = [] }: Syntax): RegExp {
  const first = [...lineComments, ...blockComments.map(([begin]) => begin), ...quotes, ...raw].map((mark) => mark[0]);
  return new RegExp(`[${first.join('')}]`, 'g');
}

function stretchAt(text: string, at: number, syntax: Syntax): Stretch | undefined {
  const begins = (mark: string) => text.startsWith(mark, at);
  if (syntax.lineComments.some(begins)) return { kind: 'comment', quote: '', end: endOfLine(text, at) };
  const block = syntax.blockComments?.find(([begin]) => begins(begin));
  if (block) return { kind: 'comment', quote: '', end: behind(text, block[1], at + block[0].length) };
  const raw = syntax.raw?.find(begins);
  if (raw) return { kind: 'literal', quote: raw, end: behind(text, raw, at + raw.length) };
  const quote = syntax.quotes.find(begins);
  return quote === undefined ? undefined : { kind: 'literal', quote, end: endOfQuoted(text, at, quote) };
}

function masked(text: string, start: number, { quote, end }: Stretch, { interpolation }: Syntax): string {
  const closes = end - start >= 2 * quote.length && text.endsWith(quote, end);
  const to = closes ? end - quote.length : end;
  const inner = text.slice(start + quote.length, to);
  const keeps = interpolation !== undefined && isInterpolated(text, start, interpolation);
  return quote + (keeps ? keepCode(inner, interpolation) : blank(inner)) + text.slice(to, end);
}

function isInterpolated(text: string, start: number, interpolation: '{' | '#{'): boolean {
  return interpolation === '{' ? /f[r]?$/i.test(text.slice(Math.max(0, start - 2), start)) : text[start] === '"';
}

/** Keeps what stands between `begin` and `}`. */
function keepCode(inner: string, begin: string): string {
  let kept = '';
  let at = 0;
  for (let open = inner.indexOf(begin); open >= 0; open = inner.indexOf(begin, at)) {
    const close = inner.indexOf('}', open);
    if (close < 0) break;
    kept += blank(inner.slice(at, open + begin.length)) + inner.slice(open + begin.length, close);
    at = close;
  }
  return kept + blank(inner.slice(at));
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function behind(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at < 0 ? text.length : at + mark.length;
}

/** A text in single marks that is never closed ends with its line, so that one mistake does not hide the rest. */
function endOfQuoted(text: string, start: number, quote: string): number {
  for (let at = start + quote.length; at < text.length; at++) {
    if (text.startsWith(quote, at)) return at + quote.length;
    if (text[at] === '\\') at++;
    else if (text[at] === '\n' && quote.length === 1) return at;
  }
  return text.length;
}
