import { isTemporary } from '../../../core/errors.ts';
import type { Vercel } from '../api/client.ts';
import type { ProjectView } from '../api/types.ts';
import type { PrintedLine } from './line-stream.ts';

interface Row {
  readonly requestId?: unknown;
  readonly timestamp?: unknown;
  readonly logs?: readonly { readonly level?: unknown; readonly message?: unknown }[];
}

interface Page {
  readonly rows?: readonly Row[];
  readonly hasMoreRows?: boolean;
}

/** Of a day, ms: what the official tool asks for too. */
const LONG_AGO = 24 * 3_600_000;
const MOST_PAGES = 20;

/**
 * The last lines that functions of a deployment printed in the last day, the oldest first. Vercel's own tools read them from its
 * web site; where that gives them no more, there are none.
 */
export async function pastLines(
  api: Vercel,
  { id, name, accountId }: ProjectView,
  deploymentId: string,
  most: number,
): Promise<readonly PrintedLine[]> {
  if (accountId === undefined) return [];
  const now = api.terms.clock.now();
  const query = { projectId: id, ownerId: accountId, deploymentId, startDate: now - LONG_AGO, endDate: now };
  const lines: PrintedLine[] = [];
  for (let page = 0; page < MOST_PAGES && lines.length < most; page++) {
    const given = { doing: `read what functions of ${name} printed`, query: { ...query, page }, member: 'rows' };
    const body = await api
      .call<Page>('GET', '/api/logs/request-logs', { ...given, host: 'site' })
      .then((answer) => answer.body, nothing);
    // The newest request comes first, and in it the first line.
    for (const row of body.rows ?? []) lines.push(...linesOf(row).toReversed());
    if (!body.hasMoreRows) break;
  }
  return lines.slice(0, most).toReversed();
}

function nothing(error: unknown): Page {
  if (isTemporary(error)) throw error;
  return {};
}

function linesOf({ requestId, timestamp, logs = [] }: Row): readonly PrintedLine[] {
  const at = typeof timestamp === 'string' ? Date.parse(timestamp) : Number(timestamp);
  return logs.flatMap(({ level, message }, index) =>
    typeof message !== 'string' || message.trim() === ''
      ? []
      : {
          id: `${String(requestId)}:${index}`,
          at: Number.isFinite(at) ? at : undefined,
          channel: level === 'error' || level === 'fatal' ? 'stderr' : 'stdout',
          line: message.replace(/\s+$/, ''),
        },
  );
}
