/** Width that lines keep to where words allow it. */
export const WIDTH = 80;

/** Breaks a line between words so that each piece fits `width`; a word that is longer stays whole. */
export function wrap(text: string, width: number): string[] {
  if (text.length <= width) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** The width of the widest, at most `limit`. */
export function widest(texts: readonly string[], limit: number): number {
  return texts.reduce((width, text) => Math.min(limit, Math.max(width, text.length)), 0);
}

/** An indented paragraph: `first` before its first line, the same depth before the others. */
export function paragraph(first: string, text: string): string[] {
  const [head = '', ...rest] = wrap(text, WIDTH - first.length);
  return [`${first}${head}`, ...rest.map((line) => `${' '.repeat(first.length)}${line}`)];
}
