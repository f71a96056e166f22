import type { Peer, PeerAnswer, PeerRequest, Peers } from '../core/ports.ts';
import { LONGEST_TIMER } from './clock.ts';
import { peerAgents, type Way } from './peer-agents.ts';
import { peerFailure } from './peer-failure.ts';

export interface PeersOptions {
  /** Our own environment, of which commands that carry a connection get a small allow-list. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

type IncomingMessage = import('node:http').IncomingMessage;

/** Connections are pooled by peer; certificates are read with the first. */
export function systemPeers(options: PeersOptions): Peers {
  const wayTo = peerAgents(options.environment);
  return { send };

  async function send(peer: Peer, request: PeerRequest): Promise<PeerAnswer> {
    request.signal?.throwIfAborted();
    try {
      return await exchange(await wayTo(peer, request), peer, request);
    } catch (error) {
      if (!(error instanceof StaleConnection)) throw error;
      return exchange(await wayTo(peer, request), peer, request);
    }
  }
}

/** A kept connection that the other side had closed in the meantime; nothing was done, so the same can be asked again. */
class StaleConnection extends Error {}

async function exchange({ agent, end }: Way, peer: Peer, request: PeerRequest): Promise<PeerAnswer> {
  const { request: open } = await import('node:http');
  const { method, path, headers, body, signal } = request;
  if (signal?.aborted) {
    end();
    throw signal.reason;
  }
  return new Promise((resolve, reject) => {
    const outgoing = open({ agent, method, path, headers: { host: 'peer', ...headers } });
    let late = false;
    const timer = setTimeout(
      () => {
        late = true;
        outgoing.destroy();
      },
      Math.min(request.timeout, LONGEST_TIMER),
    );
    const cancel = () => void outgoing.destroy();
    signal?.addEventListener('abort', cancel, { once: true });
    outgoing.once('close', () => {
      end();
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
    });
    const failed = (error: NodeJS.ErrnoException) => {
      if (signal?.aborted) return signal.reason;
      if (isStale(outgoing.reusedSocket, error, body)) return new StaleConnection();
      return peerFailure(peer, request, late ? 'late' : error);
    };
    outgoing.on('error', (error) => reject(failed(error)));
    outgoing.once('response', (response) => {
      clearTimeout(timer);
      if (method === 'HEAD') keepAfterHead(outgoing, response);
      resolve({ status: response.statusCode ?? 0, headers: headersOf(response), body: read(response, failed) });
    });
    write(outgoing, body);
  });
}

/** An answer to HEAD ends with its head. Node takes one that names no length for one that ends with the connection. */
function keepAfterHead(outgoing: import('node:http').ClientRequest, { headers, httpVersion }: IncomingMessage): void {
  if (httpVersion === '1.1' && headers.connection !== 'close') outgoing.shouldKeepAlive = true;
}

function isStale(reused: boolean, { code }: NodeJS.ErrnoException, body: PeerRequest['body']): boolean {
  const repeatable = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
  return reused && repeatable && (code === 'ECONNRESET' || code === 'EPIPE');
}

function write(outgoing: import('node:http').ClientRequest, body: PeerRequest['body']): void {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) outgoing.end(body);
  else
    void import('node:stream').then(({ Readable }) => {
      Readable.from(body)
        .once('error', (error) => outgoing.destroy(error))
        .pipe(outgoing);
    });
}

async function* read(
  response: IncomingMessage,
  failed: (error: NodeJS.ErrnoException) => unknown,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of response) yield chunk as Buffer;
  } catch (error) {
    throw failed(error as NodeJS.ErrnoException);
  } finally {
    if (!response.complete) response.destroy();
  }
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
