import type { Places } from './places.ts';

/**
 * The part of YAML that nearly every config keeps to, read without the library: maps by indentation, maps and lists in
 * one line, plain and simply quoted texts, whole numbers, booleans, comments. Whatever else a text holds, or is wrong in
 * it, is left to the library: the answer is `undefined` then, never a guess. What is answered is what the library would
 * read, in a tenth of the time; the tests compare the two on hostile texts.
 */
export function readPlainYaml(text: string): PlainMap | undefined {
  if (/[\t\r]|\$\{|[^\x20-\x7e\n]/.test(text.replace(COMMENT_LINES, ''))) return undefined;
  try {
    const lines = linesOf(text);
    const map = readMap(lines, { next: 0 }, 0);
    return lines.length > 0 ? map : undefined;
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

/** Where things stand, for rules that ask how a value was written: plain values are read as they are written. */
export function plainPlaces(map: PlainMap): Pick<Places, 'source'> {
  return { source: (path) => String(path.reduce<unknown>((value, part) => Object(value)[part], map)) };
}

export type PlainValue = string | number | boolean | null | readonly PlainValue[] | PlainMap;
/** Without a prototype, like the maps that the library's values become. */
export type PlainMap = { [key: string]: PlainValue };

/** Thrown to leave a text to the library. */
class NotPlain extends Error {}

interface Line {
  readonly indent: number;
  readonly key: string;
  /** What follows the colon, without a comment; empty when the value is in the lines below. */
  readonly rest: string;
}

const COMMENT_LINES = /^ *#.*$/gm;
const KEY_LINE = /^( *)([A-Za-z_/][\w/-]{0,100}):(?: +(.*))?$/;
const EMPTY_LINE = /^ *(?:#.*)?$/;
const DEEPEST = 20;

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (const line of text.split('\n')) {
    if (EMPTY_LINE.test(line)) continue;
    const [, indent, key, rest = ''] = KEY_LINE.exec(line) ?? refuse();
    lines.push({ indent: indent?.length ?? 0, key: key ?? '', rest: withoutComment(rest) });
  }
  return lines;
}

/** The end of a line from its comment on is dropped. In quotes nothing begins a comment: such lines have to hold no other. */
function withoutComment(rest: string): string {
  const at = rest.startsWith('#') ? 0 : rest.indexOf(' #');
  if (at < 0) return rest.trimEnd();
  const value = rest.slice(0, at).trimEnd();
  const isOpen = (value.split('"').length + value.split("'").length) % 2 !== 0;
  return isOpen ? refuse() : value;
}

function readMap(lines: readonly Line[], place: { next: number }, depth: number): PlainMap {
  const map: PlainMap = Object.create(null);
  const indent = lines[place.next]?.indent ?? 0;
  if (depth > DEEPEST || (depth === 0 && indent > 0)) refuse();
  for (let line = lines[place.next]; line && line.indent >= indent; line = lines[place.next]) {
    // Deeper than its map: the value above goes on in this line.
    if (line.indent > indent) refuse();
    place.next += 1;
    const below = (lines[place.next]?.indent ?? 0) > indent;
    put(map, line.key, line.rest !== '' ? readInline(line.rest) : below ? readMap(lines, place, depth + 1) : null);
  }
  if (depth === 0 && place.next < lines.length) refuse();
  return map;
}

const NO_KEY = /^(?:true|false|null|__proto__|constructor|prototype)$/i;

function put(map: PlainMap, key: string, value: PlainValue): void {
  if (key in map || NO_KEY.test(key)) refuse();
  map[key] = value;
}

/** Begins with a letter, `_`, `/` or a dot, or is a whole number or a duration. No sign that means something in YAML. */
const SCALAR =
  /^(?:[A-Za-z_/][\w./+=@~^:-]*|\.{1,2}\/[\w./+=@~^:-]*|\.[A-Za-z_][\w./+=@~^:-]*|\d+(?:ms|[smhd])?)(?: [\w./+=@~^-][\w./+=@~^:-]*)*$/;
const QUOTED = /^(?:"([^"\\]*)"|'([^']*)')$/;

function readInline(text: string): PlainValue {
  if (text.startsWith('{') || text.startsWith('[')) return new Flow(text).whole();
  return readScalar(text);
}

function readScalar(text: string): PlainValue {
  const quoted = QUOTED.exec(text);
  if (quoted) return quoted[1] ?? quoted[2] ?? '';
  if (!SCALAR.test(text) || text.endsWith(':') || text.includes(': ') || text.includes(' - ')) return refuse();
  return typed(text);
}

/** Texts that look like another type are left to the library, save for the ones that everybody writes. */
function typed(text: string): PlainValue {
  if (text === 'true') return true;
  if (text === 'false') return false;
  if (/^(?:0|[1-9]\d{0,14})$/.test(text)) return Number(text);
  if (/^(?:true|false|null|\d+|\.(?:inf|nan))$/i.test(text)) return refuse();
  return text;
}

const FLOW_PART = / *(?:([{}[\],])|([\w/][\w/-]*): +|("[^"\\]*"|'[^']*'|[\w./][\w./+=@~^-]*(?: [\w./+=@~^-]+)*))/y;

const END = / *[}\]]/y;

/** `{ path: /healthz, env: [A, B] }`, in one line. */
class Flow {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): PlainValue {
    const value = this.#value(this.#next());
    return this.#at === this.#text.length ? value : refuse();
  }

  #next(): RegExpExecArray {
    FLOW_PART.lastIndex = this.#at;
    const part = FLOW_PART.exec(this.#text) ?? refuse();
    this.#at = FLOW_PART.lastIndex;
    return part;
  }

  #value([, sign, , scalar]: RegExpExecArray): PlainValue {
    if (scalar !== undefined) return readScalar(scalar);
    if (++this.#depth > DEEPEST) refuse();
    const value = sign === '{' ? this.#map() : sign === '[' ? this.#list() : refuse();
    this.#depth -= 1;
    return value;
  }

  #map(): PlainMap {
    const map: PlainMap = Object.create(null);
    for (let part = this.#next(); part[1] !== '}'; part = this.#next()) {
      put(map, part[2] ?? refuse(), this.#value(this.#next()));
      if (this.#ends('}')) break;
    }
    return map;
  }

  #list(): readonly PlainValue[] {
    const list: PlainValue[] = [];
    for (let part = this.#next(); part[1] !== ']'; part = this.#next()) {
      list.push(this.#value(part));
      if (this.#ends(']')) break;
    }
    return list;
  }

  /** Behind a value: the end, or a comma with another value behind it. */
  #ends(sign: '}' | ']'): boolean {
    const [, found] = this.#next();
    if (found === sign) return true;
    END.lastIndex = this.#at;
    if (found !== ',' || END.test(this.#text)) refuse();
    return false;
  }
}

function refuse(): never {
  throw new NotPlain();
}
