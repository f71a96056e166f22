import { Matcher, type Span } from './matcher.ts';
import { HIDDEN, reveal, Secret, type VariableValue } from './secret.ts';
import { formsOf } from './secret-forms.ts';

/** Text that comes in pieces: what `push` and at last `flush` answer, put together, holds no value. */
export interface RedactingStream {
  /** The part of all text so far that is certain; the rest is held back until more has come. */
  push(chunk: string): string;
  /** What was held back. The stream may be used again for another text. */
  flush(): string;
}

/** Text that was shortened ends in this; a value that is cut off by it is masked as well. */
const ELLIPSIS = '…'.charCodeAt(0);
/** A value's beginning shorter than this in front of an ellipsis is chance. */
const SHORTEST_CUT = 4;
const OWN_WORD = /^[a-z_]{1,24}$/;

/**
 * The last net in front of every place that text goes to: replaces each known value, in all of its forms, by
 * `[secret]`. Values shorter than 6 characters are not masked. Where forms overlap, the whole stretch is masked.
 */
export class Redactor {
  readonly #values = new Set<string>();
  #matcher: Matcher | undefined;

  /** Values take effect at once, also in streams that are under way. */
  add(...values: readonly VariableValue[]): void {
    for (const value of values.map(reveal)) {
      if (this.#values.has(value)) continue;
      this.#values.add(value);
      this.#matcher = undefined;
    }
  }

  /** Masks until nothing is left to mask; so masking twice is the same as masking once. */
  redact(text: string): string {
    let before = text;
    for (;;) {
      const after = this.#mask(before);
      if (after === before) return after;
      before = after;
    }
  }

  /**
   * Strings anywhere in a value made of JSON's kinds. Numbers are left alone, and member names that are words of our own
   * formats: a value such as `status` must not break what programs read.
   */
  redactDeep<T>(value: T): T {
    return this.#values.size === 0 ? value : (this.#deep(value) as T);
  }

  stream(): RedactingStream {
    return new HoldingStream(() => this.#compiled());
  }

  #mask(text: string): string {
    if (this.#values.size === 0) return text;
    const stream = this.stream();
    return stream.push(text) + stream.flush();
  }

  #deep(value: unknown): unknown {
    if (typeof value === 'string') return this.redact(value);
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) return value.map((item) => this.#deep(item));
    if (value instanceof Secret) return HIDDEN;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [OWN_WORD.test(key) ? key : this.redact(key), this.#deep(member)]),
    );
  }

  /** The mark itself is among the texts, so that a value such as `secret` does not mask the inside of a mark. */
  #compiled(): Matcher {
    this.#matcher ??= new Matcher([HIDDEN, ...new Set([...this.#values].flatMap(formsOf))]);
    return this.#matcher;
  }
}

class HoldingStream implements RedactingStream {
  readonly #latest: () => Matcher;
  #matcher: Matcher | undefined;
  #state = 0;
  #held = '';
  /** Stretches of `#held` to be masked, in order. */
  #spans: Span[] = [];
  /** Whether the mark of the first of them is out already, because what came before `#held` belongs to it. */
  #marked = false;

  constructor(latest: () => Matcher) {
    this.#latest = latest;
  }

  push(chunk: string): string {
    const matcher = this.#latest();
    const text = this.#held + chunk;
    if (matcher === this.#matcher) this.#scan(matcher, text, this.#held.length);
    else this.#rescan(matcher, text);
    return this.#give(text, text.length - matcher.depth(this.#state));
  }

  flush(): string {
    const rest = this.#give(this.#held, this.#held.length);
    [this.#state, this.#spans, this.#marked] = [0, [], false];
    return rest;
  }

  /** Values were added: what is held back is read again with them in mind. */
  #rescan(matcher: Matcher, text: string): void {
    [this.#matcher, this.#state] = [matcher, 0];
    this.#spans = this.#marked ? this.#spans.slice(0, 1) : [];
    this.#scan(matcher, text, 0);
  }

  #scan(matcher: Matcher, text: string, from: number): void {
    let state = this.#state;
    for (let index = from; index < text.length; index++) {
      const code = text.charCodeAt(index);
      const cut = code === ELLIPSIS ? matcher.depth(state) : 0;
      if (cut >= SHORTEST_CUT) cover(this.#spans, index - cut, index);
      state = matcher.step(state, code);
      const length = matcher.matched(state);
      if (length > 0) cover(this.#spans, index + 1 - length, index + 1);
    }
    this.#state = state;
  }

  /** Gives out everything before `sure`, where no match under way can begin. */
  #give(text: string, sure: number): string {
    const out: string[] = [];
    const later: Span[] = [];
    let done = 0;
    for (const [index, { start, end }] of this.#spans.entries()) {
      const marked = index === 0 && this.#marked;
      if (start < sure && !marked) out.push(text.slice(done, start), HIDDEN);
      if (start < sure) done = Math.min(end, sure);
      if (end > sure) later.push({ start: Math.max(0, start - sure), end: end - sure });
    }
    out.push(text.slice(done, sure));
    this.#marked = this.#straddles(sure);
    [this.#spans, this.#held] = [later, text.slice(sure)];
    return out.join('');
  }

  /** Whether a stretch that has been marked goes on beyond `sure`. */
  #straddles(sure: number): boolean {
    return this.#spans.some(({ start, end }, index) => end > sure && (start < sure || (index === 0 && this.#marked)));
  }
}

/** Adds a stretch that ends no sooner than all before it; those that it overlaps become one with it. */
function cover(spans: Span[], start: number, end: number): void {
  let [from, to] = [start, end];
  for (let last = spans.at(-1); last !== undefined && last.end > from; last = spans.at(-1)) {
    [from, to] = [Math.min(from, last.start), Math.max(to, last.end)];
    spans.pop();
  }
  spans.push({ start: from, end: to });
}
