import { printableLine } from '../core/text.ts';

/** A table of cells that are Markdown already. Empty without rows. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A list of items that are Markdown already, under a title when there is one. Empty without items. */
export function bullets(title: string, items: readonly string[]): string {
  if (items.length === 0) return '';
  return [...(title ? [title, ''] : []), ...items.map((item) => `- ${item}`)].join('\n');
}

export function codeSpan(text: string): string {
  const plain = printableLine(text);
  return plain.includes('`') ? `<code>${inert(text)}</code>` : `\`${plain.replace(/\|/g, '\\|')}\``;
}

/** Foreign text without power over the page: no markup, no HTML, no table cell, no mention, no reference. */
export function inert(text: string): string {
  return printableLine(text)
    .replace(/[&<>]/g, (char) => `&#${char.charCodeAt(0)};`)
    .replace(/[\\`*[\]|~$]|(?<!\w)_|_(?!\w)/g, (char) => `\\${char}`)
    .replace(/(?<!&)[@#](?=\w)/g, (char) => `${char}<!-- -->`);
}
