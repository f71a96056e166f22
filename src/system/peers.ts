import type { Peer, PeerAnswer, PeerRequest, Peers } from '../core/ports.ts';
import { LONGEST_TIMER } from './clock.ts';
import { openCommand } from './command-stream.ts';
import { peerFailure } from './peer-failure.ts';

export interface PeersOptions {
  /** Our own environment, of which commands that carry a connection get a small allow-list. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Enough for a few streams beside ordinary calls. */
const MOST_CONNECTIONS = 16;
/** Each costs a program here and a greeting there. */
const MOST_COMMANDS = 2;

type Agent = import('node:http').Agent;
type IncomingMessage = import('node:http').IncomingMessage;

/** Connections are pooled by peer; certificates are read with the first. */
export function systemPeers(options: PeersOptions): Peers {
  const agents = new Map<string, Promise<Agent>>();
  return { send };

  async function send(peer: Peer, request: PeerRequest): Promise<PeerAnswer> {
    request.signal?.throwIfAborted();
    const agent = await agentOf(peer, request);
    try {
      return await exchange(agent, peer, request);
    } catch (error) {
      if (!(error instanceof StaleConnection)) throw error;
      return exchange(agent, peer, request);
    }
  }

  function agentOf(peer: Peer, { long }: PeerRequest): Promise<Agent> {
    const key = JSON.stringify([peer, long]);
    const limits = {
      keepAlive: !long,
      maxSockets: peer.kind === 'command' && !long ? MOST_COMMANDS : MOST_CONNECTIONS,
    };
    const agent = agents.get(key) ?? newAgent(peer, limits, options);
    agents.set(key, agent);
    return agent;
  }
}

/** A kept connection that the other side had closed in the meantime; nothing was done, so the same can be asked again. */
class StaleConnection extends Error {}

async function newAgent(
  peer: Peer,
  limits: { readonly keepAlive: boolean; readonly maxSockets: number },
  { environment }: PeersOptions,
): Promise<Agent> {
  const [http, net, tls] = await Promise.all([import('node:http'), import('node:net'), import('node:tls')]);
  const agent = new http.Agent(limits);
  const connect = () => {
    if (peer.kind === 'unix') return net.connect(peer.path);
    if (peer.kind === 'command') return openCommand(peer.argv, environment);
    const { host, port } = peer;
    if (!peer.tls) return net.connect({ host, port });
    const { ca, cert, key } = peer.tls;
    return tls.connect({ host, port, servername: host, ca, cert, key: key?.reveal() });
  };
  return Object.assign(agent, { createConnection: connect });
}

async function exchange(agent: Agent, peer: Peer, request: PeerRequest): Promise<PeerAnswer> {
  const { request: open } = await import('node:http');
  const { method, path, headers, body, signal } = request;
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
      resolve({ status: response.statusCode ?? 0, headers: headersOf(response), body: read(response, failed) });
    });
    write(outgoing, body);
  });
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
