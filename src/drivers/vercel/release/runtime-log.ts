import type { DriverContext } from '../../../core/driver.ts';
import type { Vercel } from '../api/client.ts';
import { part } from '../names.ts';
import { type PrintedLine, Seam, streamValues } from './line-stream.ts';

/** What functions print, from now on: Vercel keeps none of it for this way. */
export class RuntimeLog {
  readonly #seam = new Seam();

  /** Reads until Vercel ends the connection, which it does after some minutes, or the signal aborts. */
  async follow(
    api: Vercel,
    { project, deployment }: { readonly project: string; readonly deployment: string },
    context: Pick<DriverContext, 'signal' | 'timeout'>,
    onLine: (line: PrintedLine) => void,
  ): Promise<void> {
    const path = `/v1/projects/${part(project)}/deployments/${part(deployment)}/runtime-logs`;
    await streamValues(api, { path, query: { format: 'lines' } }, context, (value) => {
      const line = lineOf(value);
      if (line && this.#seam.isNew(line)) onLine(line);
    });
  }
}

interface Row {
  readonly rowId?: unknown;
  readonly level?: unknown;
  readonly message?: unknown;
  readonly source?: unknown;
  readonly timestampInMs?: unknown;
}

/** A row without id marks an end of Vercel's own. */
function lineOf(value: unknown): PrintedLine | undefined {
  const { rowId, level, message, source, timestampInMs } = (
    typeof value === 'object' && value !== null ? value : {}
  ) as Row;
  if (typeof rowId !== 'string' || rowId === '' || typeof message !== 'string' || source === 'delimiter')
    return undefined;
  return {
    id: `${rowId}:${String(timestampInMs)}:${message}`,
    at: typeof timestampInMs === 'number' ? timestampInMs : undefined,
    channel: level === 'error' || level === 'fatal' ? 'stderr' : 'stdout',
    line: message.replace(/\s+$/, ''),
  };
}
