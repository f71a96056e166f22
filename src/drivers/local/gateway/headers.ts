import type { IncomingMessage } from 'node:http';

/** Headers that belong to one connection and are not passed on (RFC 9110, 7.6.1), and what the framing layer writes itself. */
const CONNECTION_HEADERS = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const FORWARDED_HEADERS = new Set(['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host']);
const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;

/** Name, value, name, value … of a request, as the service is to see it. */
export function requestHeaders(request: IncomingMessage): string[] {
  const { rawHeaders, headers } = request;
  const nominated = nominatedBy(headers.connection);
  const passed: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    if (CONNECTION_HEADERS.has(name) || FORWARDED_HEADERS.has(name) || name === 'expect' || nominated?.has(name))
      continue;
    passed.push(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '');
  }
  addForwarded(passed, request);
  return passed;
}

/** The same for an answer; names and values come as the bytes that were read. */
export function responseHeaders(raw: readonly (Buffer | string)[]): string[] {
  const passed: string[] = [];
  let nominated: ReadonlySet<string> | undefined;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = text(raw[index]);
    const lower = name.toLowerCase();
    if (lower === 'connection') nominated = nominatedBy(text(raw[index + 1]));
    if (!CONNECTION_HEADERS.has(lower)) passed.push(name, text(raw[index + 1]));
  }
  return nominated ? without(passed, nominated) : passed;
}

/** A terminator of TLS on this machine has said who the client is; anybody else's word is replaced. */
function addForwarded(passed: string[], { headers, socket }: IncomingMessage): void {
  const peer = socket.remoteAddress ?? '';
  const trusted = LOOPBACK.test(peer);
  const chain = trusted ? headers['x-forwarded-for'] : undefined;
  const proto = trusted ? headers['x-forwarded-proto'] : undefined;
  const host = trusted ? headers['x-forwarded-host'] : undefined;
  passed.push('x-forwarded-for', chain ? `${chain}, ${peer}` : peer, 'x-forwarded-proto', first(proto) ?? 'http');
  const seen = first(host) ?? headers.host;
  if (seen !== undefined) passed.push('x-forwarded-host', seen);
}

/** Names that a Connection header declares to be of this connection only. */
function nominatedBy(connection: string | undefined): ReadonlySet<string> | undefined {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return undefined;
  return new Set(connection.split(',').map((name) => name.trim().toLowerCase()));
}

function without(headers: readonly string[], names: ReadonlySet<string>): string[] {
  return headers.filter((_, index) => !names.has((headers[index - (index % 2)] ?? '').toLowerCase()));
}

function text(value: Buffer | string | undefined): string {
  return typeof value === 'string' ? value : (value?.toString('latin1') ?? '');
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
