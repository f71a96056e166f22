import { require } from './deployments.ts';
import { type Call, type Front, HttpError } from './front.ts';

/** What functions have printed, by requests, the newest first; two requests a page. */
export async function requestLogs(front: Front, call: Call) {
  const { query } = call;
  const project = await front.project(call, query.get('projectId') ?? '');
  const known = ['startDate', 'endDate', 'page'].every((name) =>
    Number.isFinite(Number(query.get(name) ?? Number.NaN)),
  );
  if (query.get('ownerId') !== project.accountId || !known) throw new HttpError(400, 'bad_request', 'Invalid query');
  const all = front.printed.filter(({ deployment }) => deployment === query.get('deploymentId')).toReversed();
  const from = Number(query.get('page')) * 2;
  const rows = all.slice(from, from + 2).map(({ deployment, lines }, index) => ({
    requestId: `req-${all.length - from - index}`,
    timestamp: new Date().toISOString(),
    deploymentId: deployment,
    logs: lines.map((message) => ({ level: 'info', message })),
  }));
  return { status: 200, body: { rows, hasMoreRows: from + 2 < all.length } };
}

export function events(front: Front, call: Call, id: string) {
  return call.query.get('follow') === '1' ? followEvents(front, call, id) : listEvents(front, id);
}

/** One line per connection, with a sign of life before it: whoever reads has to come again, and sees the last one twice. */
function followEvents(front: Front, call: Call, id: string) {
  const deployment = require(front, id);
  const since = Number(call.query.get('since') ?? 0);
  const due = deployment.log.filter(({ at }) => at >= since && at <= Date.now());
  const lines = due
    .slice(0, 2)
    .map((line) => ({ type: 'stdout', created: line.at, date: line.at, id: line.id, text: line.text }));
  return { status: 200, lines: [{ type: 'stdout' }, ...lines] };
}

/** What its function prints: one line a connection, the first of them each time, and the mark of the service's own limit. */
export function runtimeRows(front: Front, id: string) {
  const { created, log } = require(front, id);
  const row = (number: number) => ({
    rowId: `${id}-${number}`,
    level: 'info',
    message: `request ${number}\n`,
    timestampInMs: created + number,
  });
  front.connections++;
  const rows = [1, front.connections].map(row);
  return {
    status: 200,
    lines: [...rows, { rowId: '', source: 'delimiter', message: String(log.length), level: 'delimiter' }],
  };
}

function listEvents(front: Front, id: string) {
  const deployment = require(front, id);
  const due = deployment.log.filter(({ at }) => at <= Date.now());
  return {
    status: 200,
    body: due.map((line) => ({
      type: 'stdout',
      created: line.at,
      payload: { text: line.text, id: line.id, date: line.at },
    })),
  };
}
