// C0 and C1 controls, DEL, bidirectional overrides and isolates, line and paragraph separators, noncharacters.
const UNSAFE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/g;

/**
 * Makes foreign text safe to print: terminal escapes, carriage returns and bidirectional marks become `\x1b`-like
 * escapes. Newlines and tabs stay.
 */
export function printable(text: string): string {
  return text.replace(UNSAFE, (char) => {
    const code = char.charCodeAt(0);
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** The same on one line: newlines and tabs are escaped too. */
export function printableLine(text: string): string {
  // Nearly all lines are safe as they are, and long plans have thousands.
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  return printable(text).replace(/\n/g, '\\n').replace(/\t/g, '\\t');
}

/** `1 file`, `3 files`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
