/** A pattern, read. `set` takes one character (code point). */
export type Node =
  | { readonly kind: 'set'; readonly takes: Takes }
  | { readonly kind: 'start' | 'end' }
  | { readonly kind: 'sequence' | 'choice'; readonly of: readonly Node[] }
  | { readonly kind: 'repeat'; readonly of: Node; readonly least: number; readonly most: number };

export type Takes = (character: string) => boolean;

/** Why a pattern cannot be used; never leaves this folder. */
export class Unusable extends Error {}

const CLASSES: Readonly<Record<string, RegExp>> = { d: /\d/, D: /\D/, w: /\w/, W: /\W/, s: /\s/, S: /\S/ };
const CONTROLS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f', v: '\v', 0: '\0' };
const SPECIAL = new Set('\\^$.*+?()[]{}|/');
const ANY: Takes = (character) => !/[\n\r\u2028\u2029]/.test(character);

/** Reads a regular expression without look-around, back references and `\b`. Throws `Unusable`. */
export function parsePattern(source: string): Node {
  const parser = new Parser([...source]);
  const node = parser.choice();
  if (!parser.isAtEnd) throw new Unusable('has a ")" without a "("');
  return node;
}

class Parser {
  readonly #text: readonly string[];
  #at = 0;

  constructor(text: readonly string[]) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  choice(): Node {
    const of = [this.#sequence()];
    while (this.#skip('|')) of.push(this.#sequence());
    return of.length === 1 && of[0] ? of[0] : { kind: 'choice', of };
  }

  #sequence(): Node {
    const of: Node[] = [];
    while (!this.isAtEnd && this.#next !== '|' && this.#next !== ')') of.push(this.#repeated());
    return { kind: 'sequence', of };
  }

  #repeated(): Node {
    const node = this.#atom();
    const times = this.#times();
    if (!times) return node;
    if (node.kind === 'start' || node.kind === 'end') throw new Unusable('repeats an anchor');
    // Lazy or not makes no difference to whether the whole text matches.
    this.#skip('?');
    if (this.#times()) throw new Unusable('has a quantifier after a quantifier');
    return { kind: 'repeat', of: node, ...times };
  }

  #times(): { least: number; most: number } | undefined {
    if (this.#skip('*')) return { least: 0, most: Number.POSITIVE_INFINITY };
    if (this.#skip('+')) return { least: 1, most: Number.POSITIVE_INFINITY };
    if (this.#skip('?')) return { least: 0, most: 1 };
    return this.#next === '{' ? this.#counted() : undefined;
  }

  #counted(): { least: number; most: number } {
    const rest = this.#text.slice(this.#at, this.#at + 16).join('');
    const [all, least, comma, most] = /^\{(\d{1,4})(,(\d{1,4})?)?\}/.exec(rest) ?? [];
    if (all === undefined) throw new Unusable('has a "{" that is no quantifier; write \\{ for the character');
    this.#at += all.length;
    const top = comma === undefined ? Number(least) : most === undefined ? Number.POSITIVE_INFINITY : Number(most);
    if (top < Number(least)) throw new Unusable('has a quantifier whose numbers are out of order');
    return { least: Number(least), most: top };
  }

  #atom(): Node {
    const character = this.#take();
    if (character === '(') return this.#group();
    if (character === '[') return { kind: 'set', takes: this.#class() };
    if (character === '.') return { kind: 'set', takes: ANY };
    if (character === '^') return { kind: 'start' };
    if (character === '$') return { kind: 'end' };
    if (character === '\\') return { kind: 'set', takes: this.#escape() };
    if ('*+?{'.includes(character)) throw new Unusable(`has a "${character}" with nothing before it`);
    return { kind: 'set', takes: only(character) };
  }

  #group(): Node {
    if (this.#skip('?') && !this.#skip(':')) throw new Unusable('has a group with "(?" other than "(?:"');
    const node = this.choice();
    if (!this.#skip(')')) throw new Unusable('has a "(" without a ")"');
    return node;
  }

  #class(): Takes {
    const isInverted = this.#skip('^');
    const members: Takes[] = [];
    while (this.#next !== ']') members.push(this.#member());
    this.#at++;
    return (character) => members.some((takes) => takes(character)) !== isInverted;
  }

  #member(): Takes {
    const first = this.#classCharacter();
    const isRange = this.#next === '-' && this.#text[this.#at + 1] !== ']';
    if (!isRange) return typeof first === 'string' ? only(first) : first;
    this.#at++;
    const last = this.#classCharacter();
    if (typeof first !== 'string' || typeof last !== 'string') throw new Unusable('has a range between classes');
    const [from, to] = [pointOf(first), pointOf(last)];
    if (from > to) throw new Unusable('has a range whose ends are out of order');
    return (character) => pointOf(character) >= from && pointOf(character) <= to;
  }

  #classCharacter(): string | Takes {
    const character = this.#take();
    return character === '\\' ? this.#escaped() : character;
  }

  #escape(): Takes {
    const escaped = this.#escaped();
    return typeof escaped === 'string' ? only(escaped) : escaped;
  }

  #escaped(): string | Takes {
    const character = this.#take();
    const form = Object.hasOwn(CLASSES, character) ? CLASSES[character] : undefined;
    if (form) return (tested) => form.test(tested);
    if (Object.hasOwn(CONTROLS, character)) return CONTROLS[character] ?? '';
    if (SPECIAL.has(character) || /[^A-Za-z0-9]/.test(character)) return character;
    if (character === 'x') return this.#point(2);
    if (character === 'u') return this.#point(4);
    throw new Unusable(`has \\${character}, which is not known here`);
  }

  #point(digits: number): string {
    const hex = Array.from({ length: digits }, () => this.#take()).join('');
    if (!/^[0-9a-f]+$/i.test(hex)) throw new Unusable('has an escape without its digits');
    return String.fromCodePoint(Number.parseInt(hex, 16));
  }

  get #next(): string | undefined {
    return this.#text[this.#at];
  }

  #take(): string {
    const character = this.#next;
    if (character === undefined) throw new Unusable('ends too early');
    this.#at++;
    return character;
  }

  #skip(character: string): boolean {
    if (this.#next !== character) return false;
    this.#at++;
    return true;
  }
}

function only(wanted: string): Takes {
  return (character) => character === wanted;
}

function pointOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}
