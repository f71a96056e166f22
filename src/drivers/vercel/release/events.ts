import type { DriverContext } from '../../../core/driver.ts';
import type { Vercel } from '../api/client.ts';
import { part } from '../names.ts';
import { type PrintedLine, Seam, streamValues } from './line-stream.ts';

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
export async function buildLines(api: Vercel, deployment: string): Promise<readonly PrintedLine[]> {
  const { body } = await api.call<readonly unknown[]>('GET', pathOf(deployment), {
    doing: `read the log of ${deployment}`,
    query: { direction: 'forward', limit: -1, builds: 1 },
    accept: [404],
  });
  const lines = Array.isArray(body) ? body.flatMap((event) => lineOf(event) ?? []) : [];
  return lines.toSorted((one, other) => (one.at ?? 0) - (other.at ?? 0));
}

/** The log of one build, over several connections: each begins where the last one ended. */
export class BuildLog {
  readonly #seam = new Seam();

  /** Reads it as it grows, until Vercel ends the connection or the signal aborts. To be called again for what comes after. */
  async follow(
    api: Vercel,
    deployment: string,
    context: Pick<DriverContext, 'signal' | 'timeout'>,
    onLine: (line: PrintedLine) => void,
  ): Promise<void> {
    const query = { direction: 'forward', follow: 1, format: 'lines', limit: -1, builds: 1, since: this.#seam.latest };
    await streamValues(api, { path: pathOf(deployment), query }, context, (value) => {
      const line = lineOf(value);
      if (line && this.#seam.isNew(line)) onLine(line);
    });
  }
}

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
function lineOf(value: unknown): PrintedLine | undefined {
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
