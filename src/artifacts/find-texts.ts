/** Texts to find, each with what is told when it was. */
export interface SoughtText {
  readonly bytes: Uint8Array;
  readonly name: string;
}

/** Reads the bytes of one file, in pieces of any size. */
export type Reading = (bytes: Uint8Array) => void;

/** Bytes by which a place is judged, and so the least length of a text. */
const BLOCK = 3;
const BLOCKS = 1 << 16;
const MOST_SHIFT = 255;

/**
 * Finds many texts at once, byte for byte. Looks at every few bytes only: three bytes say how far the next place is at which
 * any of the texts could end its first part (Wu and Manber, 1994); so most files cost less than their digest.
 */
export class TextFinder {
  readonly #shifts: Uint8Array;
  /** Texts by the last block of their first part. */
  readonly #ending = new Map<number, SoughtText[]>();
  /** Of the first parts, bytes: the length of the shortest text. */
  readonly #part: number;
  readonly #longest: number;

  constructor(texts: readonly SoughtText[]) {
    const lengths = texts.map(({ bytes }) => bytes.length);
    this.#part = lengths.reduce((least, length) => Math.min(least, length), MOST_SHIFT);
    this.#longest = lengths.reduce((most, length) => Math.max(most, length), 0);
    if (texts.length > 0 && this.#part < BLOCK) throw new RangeError(`Texts have at least ${BLOCK} bytes`);
    this.#shifts = new Uint8Array(BLOCKS).fill(Math.max(1, this.#part - BLOCK + 1));
    for (const text of texts) this.#learn(text);
  }

  /** Tells the name of each text that the file holds; also more than once. */
  read(found: (name: string) => void): Reading {
    let tail = Buffer.alloc(0);
    const kept = Math.max(0, this.#longest - 1);
    return (bytes) => {
      if (this.#longest === 0) return;
      if (tail.length > 0) this.#search(Buffer.concat([tail, bytes.subarray(0, kept)]), found);
      this.#search(bytes, found);
      // A copy: the bytes are the caller's to use again.
      tail = bytes.length < kept ? Buffer.concat([tail, bytes]).subarray(-kept) : Buffer.from(bytes.subarray(-kept));
    };
  }

  #learn(text: SoughtText): void {
    const last = this.#part - BLOCK;
    for (let at = 0; at <= last; at++) {
      const block = blockAt(text.bytes, at);
      this.#shifts[block] = Math.min(this.#shifts[block] ?? 0, last - at);
    }
    const block = blockAt(text.bytes, last);
    this.#ending.set(block, [...(this.#ending.get(block) ?? []), text]);
  }

  #search(bytes: Uint8Array, found: (name: string) => void): void {
    const shifts = this.#shifts;
    for (let at = this.#part - BLOCK; at <= bytes.length - BLOCK; ) {
      const block = blockAt(bytes, at);
      const shift = shifts[block] ?? 1;
      if (shift === 0) this.#compare(bytes, at + BLOCK - this.#part, block, found);
      at += shift || 1;
    }
  }

  #compare(bytes: Uint8Array, start: number, block: number, found: (name: string) => void): void {
    for (const { bytes: text, name } of this.#ending.get(block) ?? []) {
      const end = start + text.length;
      // Texts of one letter over and over differ at their ends, if anywhere.
      if (bytes[end - 1] !== text[text.length - 1]) continue;
      if (end <= bytes.length && Buffer.compare(bytes.subarray(start, end), text) === 0) found(name);
    }
  }
}

function blockAt(bytes: Uint8Array, at: number): number {
  return (((bytes[at] ?? 0) << 10) ^ ((bytes[at + 1] ?? 0) << 5) ^ (bytes[at + 2] ?? 0)) & (BLOCKS - 1);
}
