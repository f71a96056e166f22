import { StringDecoder } from 'node:string_decoder';

/** UTF-16 units of a line; what is longer is cut and ends in `…`, so that the redactor sees a value cut in two. */
export const LONGEST_LINE = 8_192;
const TAIL_LINES = 20;

/**
 * Bytes in chunks → whole lines, decoded across chunk borders. Takes no more memory than one line, however long the
 * lines are.
 */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: (line: string) => void;
  #begun = '';
  #cut = false;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    this.#take(this.#decoder.write(chunk));
  }

  /** The last line, when it had no newline. */
  end(): void {
    this.#take(this.#decoder.end());
    if (this.#begun !== '') this.#finish();
  }

  #take(text: string): void {
    let from = 0;
    for (let newline = text.indexOf('\n'); newline >= 0; newline = text.indexOf('\n', from)) {
      this.#extend(text.slice(from, newline));
      this.#finish();
      from = newline + 1;
    }
    this.#extend(text.slice(from));
  }

  #extend(text: string): void {
    const room = LONGEST_LINE - this.#begun.length;
    if (text.length > room) this.#cut = true;
    this.#begun += text.slice(0, room);
  }

  #finish(): void {
    const line = this.#cut ? `${this.#begun}…` : this.#begun.replace(/\r$/, '');
    [this.#begun, this.#cut] = ['', false];
    this.#onLine(line);
  }
}

/** The last lines of a command, for error detail. */
export class Tail {
  readonly #lines: string[] = [];

  push(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > TAIL_LINES) this.#lines.shift();
  }

  get lines(): readonly string[] {
    return this.#lines;
  }
}

/** The first bytes of a stream, up to a limit; the rest is let go. */
export class Capture {
  readonly #chunks: Buffer[] = [];
  #room: number;

  constructor(limit: number) {
    this.#room = limit;
  }

  push(chunk: Buffer): void {
    if (this.#room <= 0) return;
    const kept = chunk.subarray(0, this.#room);
    this.#room -= kept.length;
    this.#chunks.push(kept);
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}
