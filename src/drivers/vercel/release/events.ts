import type { DriverContext } from '../../../core/driver.ts';
import type { Channel } from '../../../core/event.ts';
import type { Vercel } from '../api/client.ts';
import { part } from '../names.ts';

/** A line of a build's log. */
export interface BuildLine {
  readonly id: string;
  /** ms since 1970. */
  readonly at: number | undefined;
  readonly channel: Channel;
  readonly line: string;
}

const LINES: ReadonlySet<string> = new Set([
  'command',
  'stdout',
  'stderr',
  'exit',
  'fatal',
  'report',
  'created',
  'building',
  'ready',
]);
const ANSI = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;

/** What the build of a deployment has printed so far; the oldest first. */
export async function buildLines(api: Vercel, deployment: string): Promise<readonly BuildLine[]> {
  const { body } = await api.call<readonly unknown[]>('GET', pathOf(deployment), {
    doing: `read the log of ${deployment}`,
    query: { direction: 'forward', limit: -1, builds: 1 },
    accept: [404],
  });
  const lines = Array.isArray(body) ? body.flatMap((event) => lineOf(event) ?? []) : [];
  return lines.toSorted((one, other) => (one.at ?? 0) - (other.at ?? 0));
}

/** Several connections are one log: each begins where the last one ended, and lines at the seam come once. */
export class BuildLog {
  readonly #seen = new Set<string>();
  #since: number | undefined;

  /**
   * Reads the log as it grows, until Vercel ends the connection or the signal aborts. To be called again for what comes
   * after.
   */
  async follow(
    api: Vercel,
    deployment: string,
    { signal, timeout }: Pick<DriverContext, 'signal' | 'timeout'>,
    onLine: (line: BuildLine) => void,
  ): Promise<void> {
    const query = { direction: 'forward', follow: 1, format: 'lines', limit: -1, builds: 1, since: this.#since };
    let rest = '';
    const decoder = new TextDecoder();
    const onData = (part: Uint8Array) => {
      const lines = (rest + decoder.decode(part, { stream: true })).split('\n');
      rest = (lines.pop() ?? '').slice(-LONGEST);
      for (const text of lines) this.#take(text, onLine);
    };
    await api.terms.http.send({ ...api.request(pathOf(deployment), query), signal, timeout, onData });
    this.#take(rest, onLine);
  }

  #take(text: string, onLine: (line: BuildLine) => void): void {
    const line = lineOf(parse(text));
    if (!line || this.#seen.has(line.id)) return;
    this.#seen.add(line.id);
    if (line.at !== undefined) this.#since = Math.max(this.#since ?? 0, line.at);
    onLine(line);
  }
}

/** A line without end is none. */
const LONGEST = 1024 * 1024;

function pathOf(deployment: string): string {
  return `/v3/deployments/${part(deployment)}/events`;
}

interface Event {
  readonly type?: unknown;
  readonly created?: unknown;
  readonly date?: unknown;
  readonly serial?: unknown;
  readonly id?: unknown;
  readonly text?: unknown;
  readonly level?: unknown;
  readonly payload?: Event;
}

/** Both shapes that lines come in; what has no text is a sign of life, a state or a measurement. */
function lineOf(value: unknown): BuildLine | undefined {
  const event = (typeof value === 'object' && value !== null ? value : {}) as Event;
  const { type, payload = {} } = event;
  const text = event.text ?? payload.text;
  if (typeof type !== 'string' || !LINES.has(type) || typeof text !== 'string') return undefined;
  const at = [event.date, payload.date, event.created].find((time) => typeof time === 'number');
  const serial = event.serial ?? payload.serial ?? '';
  const id = event.id ?? payload.id ?? `${String(at)}:${String(serial)}:${text}`;
  const loud = type === 'stderr' || type === 'fatal' || event.level === 'error';
  const line = text.replace(ANSI, '').replace(/\s+$/, '');
  return { id: String(id), at, channel: loud ? 'stderr' : 'stdout', line };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
