import { printable, printableLine } from './text.ts';

/** Values shorter than this are not masked: they would hide half of every text. */
export const SHORTEST_MASKED = 6;

/**
 * Every way in which a value is likely to turn up in text: plain, as its trimmed lines, as the password of a URL, and
 * each of these made printable, JSON-escaped once and twice, URL-encoded, in base64 at the three byte offsets (Basic auth puts a user name in front),
 * base64url, hex and shell-quoted. Case is the matcher's matter. Empty for values below `SHORTEST_MASKED`.
 */
export function formsOf(value: string): string[] {
  if (value.length < SHORTEST_MASKED) return [];
  const forms = new Set<string>();
  for (const part of partsOf(value)) {
    for (const form of encodingsOf(part)) if (form.length >= SHORTEST_MASKED) forms.add(form);
  }
  return [...forms];
}

/** Below this, and words below that, such as `password`, are in many a file by chance. */
const SHORTEST_TRACE = 8;
const WORD = /^[A-Za-z]{1,15}$/;
/** A line of a value this long says as much as the value; a key's first and last lines are the same in all keys. */
const LONG_LINE = 40;

/**
 * Every way in which a whole value, one of its long lines, or the password in it is likely to be written into a file. Unlike
 * `formsOf` exact in case, and without short parts. Empty for values below 8 characters, and words below 16.
 */
export function tracesOf(value: string): string[] {
  const lines = value.split(/[\r\n]+/).map((line) => line.trim());
  const long = lines.filter((line) => line.length >= LONG_LINE && !line.includes('-----'));
  const parts = [value.trim(), ...passwordOf(value), ...long].filter(
    (part) => part.length >= SHORTEST_TRACE && !WORD.test(part),
  );
  const forms = parts.flatMap((part) => [
    ...encodingsOf(part),
    part.toLowerCase(),
    Buffer.from(part).toString('hex').toUpperCase(),
  ]);
  const lower = forms.map((form) => form.replace(/%[\dA-F]{2}/g, (sign) => sign.toLowerCase()));
  return [...new Set([...forms, ...lower])].filter(({ length }) => length >= SHORTEST_TRACE);
}

function partsOf(value: string): Set<string> {
  const lines = value.split(/[\r\n]+/).map((line) => line.trim());
  const parts = [value, value.trim(), ...lines, ...passwordOf(value)];
  return new Set(parts.filter((part) => part.length >= SHORTEST_MASKED));
}

/**
 * Tools that take a database URL apart print the password alone. One that is the same as the user or the scheme
 * (`postgres://postgres:postgres@…`) is no secret, and masking it would hide the name of the product everywhere.
 */
function passwordOf(value: string): string[] {
  const [, scheme, user, password] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#\s:]*):([^/?#\s]*)@/i.exec(value) ?? [];
  return password === undefined || password === user || password === scheme ? [] : [password, decoded(password)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function encodingsOf(text: string): string[] {
  const bytes = Buffer.from(text);
  return [
    text,
    // Where upper case is longer (`ß`), the matcher's folding does not see it.
    text.toUpperCase(),
    // As our own output shows foreign text.
    printable(text),
    printableLine(text),
    ...jsonForms(text),
    ...urlForms(bytes.toString()),
    ...base64Forms(bytes),
    bytes.toString('hex'),
    ...shellForms(text),
  ];
}

/** Twice as well: a log line that is JSON, inside an event that is JSON. */
function jsonForms(text: string): string[] {
  return [text, escapeJson(text)].flatMap((level) => {
    const escaped = escapeJson(level);
    const ascii = escaped.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
    return [escaped, ascii, ascii.replaceAll('/', '\\/')];
  });
}

function escapeJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** `wellFormed`: lone surrogates replaced, which `encodeURIComponent` would throw on. */
function urlForms(wellFormed: string): string[] {
  const component = encodeURIComponent(wellFormed);
  const strict = component.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
  const form = new URLSearchParams({ v: wellFormed }).toString().slice(2);
  const url = new URL('http://host/');
  url.password = wellFormed;
  return [component, strict, form, component.replaceAll('%20', '+'), encodeURI(wellFormed), url.password];
}

/** The characters that the value alone decides, wherever it begins within a group of three bytes. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    const certain = encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
    return [certain, certain.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

function shellForms(text: string): string[] {
  return [
    text.replaceAll("'", `'\\''`),
    text.replaceAll("'", `'"'"'`),
    text.replace(/[\\"$`]/g, '\\$&'),
    text.replace(/[^\w@%+=:,./\-\u0080-\uffff]/g, '\\$&'),
    text.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r'),
  ];
}
