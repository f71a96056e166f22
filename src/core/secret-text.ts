/**
 * `${secret:REFERENCE}` in the text of a variable; `${secret:REFERENCE|url}` percent-encodes what comes in its place, and
 * `$${secret:` is the text `${secret:` itself.
 */
const PART = /\$?\$\{secret:([^}]*)\}?/g;
const BEGINNING = '${secret:';
const FILTER = '|url';

/** Whether secrets are to be put into a text; their references may still be wrong. */
export function holdsSecrets(text: string): boolean {
  return text.includes(BEGINNING) && referencesIn(text).length > 0;
}

/** The references in a text, as written, in their order. One that is not closed goes to the end. */
export function referencesIn(text: string): readonly string[] {
  return partsOf(text).map(([, content = '']) => withoutFilter(content));
}

/** The text with a value in the place of each reference. */
export function withSecrets(text: string, read: (reference: string) => string): string {
  return text.replace(PART, (whole: string, content: string) => {
    if (whole.startsWith('$$')) return whole.slice(1);
    const value = read(withoutFilter(content));
    return content.endsWith(FILTER) ? encodeURIComponent(value) : value;
  });
}

/** A text in which nothing is put in is what it says. */
export function plainText(text: string): string {
  return text.replaceAll(`$${BEGINNING}`, () => BEGINNING);
}

/** Such that `plainText` gives the text back: for what others have written. */
export function escapedText(text: string): string {
  return text.replaceAll(BEGINNING, () => `$${BEGINNING}`);
}

/** Without the places that secrets come to stand in. */
export function withoutSecrets(text: string): string {
  return text.replace(PART, '');
}

function partsOf(text: string): readonly RegExpExecArray[] {
  return [...text.matchAll(PART)].filter(([whole]) => !whole.startsWith('$$'));
}

function withoutFilter(content: string): string {
  return content.endsWith(FILTER) ? content.slice(0, -FILTER.length) : content;
}
