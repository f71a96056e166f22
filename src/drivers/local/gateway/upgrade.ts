import { type IncomingMessage, request as openRequest, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { requestHeaders, responseHeaders } from './headers.ts';
import { noteLatency, type Upstream } from './upstream.ts';

/**
 * Passes a WebSocket handshake on and, when the release agrees, joins the two connections. A joined connection stays on
 * its release when the traffic moves, until it ends or the release is retired.
 */
export function forwardUpgrade(request: IncomingMessage, client: Socket, head: Buffer, upstream: Upstream): void {
  const { meter } = upstream;
  const since = performance.now();
  meter.requests += 1;
  meter.active += 1;
  client.once('close', () => {
    meter.active -= 1;
  });
  client.on('error', () => client.destroy());
  const outgoing = openRequest({
    host: '127.0.0.1',
    port: upstream.port,
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: [...requestHeaders(request), 'connection', 'Upgrade', 'upgrade', 'websocket'],
    setHost: false,
    agent: false,
  });
  client.once('close', () => outgoing.destroy());
  for (const begun of ['upgrade', 'response']) outgoing.once(begun, () => noteLatency(meter, since));
  outgoing.once('upgrade', (answer, server, rest) => join({ answer, client, server, head, rest, upstream }));
  outgoing.once('response', (answer) => refuse(request, client, answer));
  outgoing.once('error', () => {
    meter.errors += 1;
    client.end('HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  });
  outgoing.end();
}

/** The socket to answer on when there is no release. */
export function refuseUpgrade(client: Socket): void {
  client.on('error', () => client.destroy());
  client.end('HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
}

interface Join {
  readonly answer: IncomingMessage;
  readonly client: Socket;
  readonly server: Socket;
  /** What each side had already said after the handshake. */
  readonly head: Buffer;
  readonly rest: Buffer;
  readonly upstream: Upstream;
}

function join({ answer, client, server, head, rest, upstream }: Join): void {
  const headers = responseHeaders(answer.rawHeaders);
  client.write(`${handshake(headers)}\r\n`, 'latin1');
  if (rest.length > 0) client.write(rest);
  if (head.length > 0) server.write(head);
  upstream.tunnels.add(client);
  for (const [from, to] of [
    [client, server],
    [server, client],
  ] as const) {
    from.setTimeout(0);
    from.setNoDelay(true);
    from.on('error', () => from.destroy());
    from.once('close', () => to.destroy());
    from.pipe(to);
  }
  client.once('close', () => upstream.tunnels.delete(client));
}

function handshake(headers: readonly string[]): string {
  let text = 'HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n';
  for (let index = 0; index + 1 < headers.length; index += 2) text += `${headers[index]}: ${headers[index + 1]}\r\n`;
  return text;
}

/** The release answered with an ordinary answer, such as 401: it goes back as one, and the connection ends. */
function refuse(request: IncomingMessage, client: Socket, answer: IncomingMessage): void {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(client);
  response.once('finish', () => client.end());
  response.writeHead(answer.statusCode ?? 502, responseHeaders(answer.rawHeaders));
  answer.pipe(response);
}
