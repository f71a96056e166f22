import type { DriverContext } from '../../../core/driver.ts';
import type { Channel } from '../../../core/event.ts';
import type { Query, Vercel } from '../api/client.ts';

/** A line that a build or a function has printed. */
export interface PrintedLine {
  readonly id: string;
  /** ms since 1970. */
  readonly at: number | undefined;
  readonly channel: Channel;
  readonly line: string;
}

/** A line without end is none. */
const LONGEST = 1024 * 1024;
const REMEMBERED = 10_000;

/** Reads values from an answer with one to a line, as they come, until Vercel ends it or the signal aborts. */
export async function streamValues(
  api: Vercel,
  { path, query }: { readonly path: string; readonly query: Query },
  { signal, timeout }: Pick<DriverContext, 'signal' | 'timeout'>,
  onValue: (value: unknown) => void,
): Promise<void> {
  let rest = '';
  const decoder = new TextDecoder();
  const onData = (part: Uint8Array) => {
    const lines = (rest + decoder.decode(part, { stream: true })).split('\n');
    rest = (lines.pop() ?? '').slice(-LONGEST);
    for (const text of lines) onValue(parse(text));
  };
  await api.terms.http.send({ ...api.request(path, query), signal, timeout, onData });
  onValue(parse(rest));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Several connections are one log: lines at the seams come twice, and are let through once. */
export class Seam {
  readonly #seen = new Set<string>();
  #latest: number | undefined;

  /** ms since 1970. */
  get latest(): number | undefined {
    return this.#latest;
  }

  isNew({ id, at }: PrintedLine): boolean {
    if (this.#seen.has(id)) return false;
    this.#seen.add(id);
    for (const old of this.#seen) {
      if (this.#seen.size <= REMEMBERED) break;
      this.#seen.delete(old);
    }
    if (at !== undefined) this.#latest = Math.max(this.#latest ?? 0, at);
    return true;
  }
}
