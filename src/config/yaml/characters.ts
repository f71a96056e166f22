import type { Problems } from '../problems.ts';

// Everything YAML 1.2 does not let stand in a text, and a carriage return that ends no line.
const REFUSED = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]|\r(?!\n)/;

/** Whether the text holds only characters that YAML allows. The library lets them pass, NUL too. */
export function checkCharacters(text: string, problems: Problems): boolean {
  const offset = text.search(REFUSED);
  if (offset === -1) return true;
  const code = text.charCodeAt(offset).toString(16).toUpperCase().padStart(4, '0');
  problems.add({ path: [], offset, message: `The text holds the control character U+${code}`, fix: 'Delete it' });
  return false;
}
