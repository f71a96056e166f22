/** An element of XML. Names keep their prefix; what is between elements is left out. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

const TOKEN =
  /<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<\/([^\s>]+)\s*>|<([^\s/>]+)((?:\s+[^\s=>]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)/gy;

type Open = { name: string; attributes: Record<string, string>; children: Open[]; text: string };

/** Reads a document of one element; throws on anything that is not well formed. */
export function parseXml(document: string): XmlElement {
  const root: Open = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  let end = 0;
  for (const token of document.matchAll(TOKEN)) {
    end = (token.index ?? 0) + token[0].length;
    take(open, token);
  }
  const [element, ...others] = root.children;
  if (end !== document.length || open.length !== 1 || !element || others.length > 0) throw new Error('not XML');
  return element;
}

function take(open: Open[], [, closing, name, attributes = '', empty, text]: RegExpMatchArray): void {
  const inner = open.at(-1) as Open;
  if (text !== undefined) inner.text += unescaped(text);
  if (closing !== undefined && (open.length < 2 || open.pop()?.name !== closing)) throw new Error('not XML');
  if (name === undefined) return;
  const element = { name, attributes: attributesOf(attributes), children: [], text: '' };
  inner.children.push(element);
  if (!empty) open.push(element);
}

function attributesOf(text: string): Record<string, string> {
  const found = text.matchAll(/([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g);
  return Object.fromEntries([...found].map(([, name, a, b]) => [name, unescaped(a ?? b ?? '')]));
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function unescaped(text: string): string {
  return text.replaceAll(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name) return ENTITIES[name] ?? whole;
    return String.fromCodePoint(hex ? Number.parseInt(hex, 16) : Number(decimal));
  });
}

export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#13;');
}
