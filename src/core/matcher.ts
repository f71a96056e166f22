/** A stretch of a text, end exclusive, in UTF-16 units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds many texts at once, without regard to case, in one pass whose cost does not depend on how many there are
 * (Aho and Corasick, 1975). A state is the longest end of what was read that begins one of the texts; its depth is
 * therefore exactly how much of a stream has to be held back.
 *
 * Nodes lie in typed arrays, children as linked siblings: a thousand texts of a kilobyte each take about 20 MB.
 */
export class Matcher {
  readonly #code: Uint16Array;
  readonly #child: Int32Array;
  readonly #sibling: Int32Array;
  readonly #fail: Int32Array;
  readonly #depth: Int32Array;
  /** Length of the longest text that ends in a state. */
  readonly #match: Int32Array;
  readonly #root = new Int32Array(128);
  #nodes = 1;

  constructor(texts: readonly string[]) {
    const most = texts.reduce((sum, text) => sum + text.length, 1);
    this.#code = new Uint16Array(most);
    [this.#child, this.#sibling, this.#fail] = [new Int32Array(most), new Int32Array(most), new Int32Array(most)];
    [this.#depth, this.#match] = [new Int32Array(most), new Int32Array(most)];
    for (const text of texts) this.#insert(text);
    this.#link();
  }

  /** The state after one more UTF-16 unit; 0 is the state at the beginning. */
  step(state: number, code: number): number {
    const folded = fold(code);
    for (let from = state; from !== 0; from = at(this.#fail, from)) {
      const next = this.#find(from, folded);
      if (next !== 0) return next;
    }
    return this.#find(0, folded);
  }

  /** How many of the last units may be the beginning of a text that is not complete yet, or is complete just now. */
  depth(state: number): number {
    return at(this.#depth, state);
  }

  /** Length of the longest text that ends here, or 0. */
  matched(state: number): number {
    return at(this.#match, state);
  }

  #insert(text: string): void {
    let node = 0;
    for (let index = 0; index < text.length; index++) {
      const code = fold(text.charCodeAt(index));
      node = this.#find(node, code) || this.#grow(node, code);
    }
    if (node !== 0) this.#match[node] = text.length;
  }

  #grow(parent: number, code: number): number {
    const node = this.#nodes++;
    this.#code[node] = code;
    this.#depth[node] = at(this.#depth, parent) + 1;
    this.#sibling[node] = at(this.#child, parent);
    this.#child[parent] = node;
    if (parent === 0 && code < 128) this.#root[code] = node;
    return node;
  }

  #find(node: number, code: number): number {
    if (node === 0 && code < 128) return at(this.#root, code);
    let child = at(this.#child, node);
    while (child !== 0 && this.#code[child] !== code) child = at(this.#sibling, child);
    return child;
  }

  /** Breadth first, so that the state fallen back to is complete already. */
  #link(): void {
    const queue = new Int32Array(this.#nodes);
    let filled = 1;
    for (let head = 0; head < filled; head++) {
      const node = at(queue, head);
      for (let child = at(this.#child, node); child !== 0; child = at(this.#sibling, child)) {
        const fail = node === 0 ? 0 : this.step(at(this.#fail, node), this.#code[child] ?? 0);
        this.#fail[child] = fail;
        if (this.#match[child] === 0) this.#match[child] = at(this.#match, fail);
        queue[filled++] = child;
      }
    }
  }
}

/** Typed arrays answer `undefined` only beyond their ends, where no node is. */
function at(array: Int32Array, index: number): number {
  return array[index] ?? 0;
}

const WIDE = new Map<number, number>();

/** Lower case where that is one unit; hex digits and percent signs come in both cases, and so do shouted values. */
function fold(code: number): number {
  if (code < 128) return code >= 65 && code <= 90 ? code + 32 : code;
  const known = WIDE.get(code);
  if (known !== undefined) return known;
  const lower = String.fromCharCode(code).toLowerCase();
  const folded = lower.length === 1 ? lower.charCodeAt(0) : code;
  WIDE.set(code, folded);
  return folded;
}
