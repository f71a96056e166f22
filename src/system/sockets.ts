import type { Socket, SocketRequest, Sockets } from '../core/ports.ts';
import { checkedUrl, mapped, refused } from './http.ts';

/** Messages that wait for their reader; more have to wait at the other side. */
const WAITING = 256;
/** A longer message breaks the connection; bytes. */
const LONGEST = 4 * 1024 * 1024;

type WebSocket = import('ws').WebSocket;

/** WebSockets over direct connections, to addresses that `Http` may ask. */
export const systemSockets: Sockets = {
  async open(request) {
    const url = checkedUrl(request.url);
    request.signal?.throwIfAborted();
    const [{ WebSocket }, { guardedLookups, refusalOf }] = await Promise.all([import('ws'), import('./exchange.ts')]);
    const reason = refusalOf(url, request.reach);
    if (reason) throw refused(url, reason);
    const { protocol, headers, timeout, reach } = request;
    const options = { headers, handshakeTimeout: timeout, maxPayload: LONGEST, followRedirects: false };
    const socket = new WebSocket(url, protocol, { ...options, lookup: guardedLookups[reach] });
    return openSocket(socket, request, url);
  },
};

function openSocket(socket: WebSocket, request: SocketRequest, url: URL): Promise<Socket> {
  const { signal } = request;
  const stop = () => socket.terminate();
  signal?.addEventListener('abort', stop, { once: true });
  socket.once('close', () => signal?.removeEventListener('abort', stop));
  const failure = (error: unknown) => (signal?.aborted === true ? signal.reason : mapped(expired(error), request, url));
  const messages = new Messages(socket, failure);
  return new Promise((resolve, reject) => {
    socket.on('error', (error) => reject(failure(error)));
    socket.once('open', () =>
      resolve({ messages, send: (text) => socket.send(text), close: () => socket.terminate() }),
    );
  });
}

/** The library has no code for it. */
function expired(error: unknown): unknown {
  const late = error instanceof Error && error.message === 'Opening handshake has timed out';
  return late ? Object.assign(new Error(), { name: 'Expired' }) : error;
}

/** What has come and was not read yet. */
class Messages implements AsyncIterable<string> {
  readonly #socket: WebSocket;
  readonly #ready: string[] = [];
  #end: { readonly error?: unknown } | undefined;
  #wake: () => void = () => undefined;

  constructor(socket: WebSocket, failure: (error: unknown) => unknown) {
    this.#socket = socket;
    socket.on('message', (data) => {
      this.#ready.push(String(data));
      if (this.#ready.length >= WAITING) socket.pause();
      this.#wake();
    });
    socket.once('error', (error) => this.#finish({ error: failure(error) }));
    socket.once('close', () => this.#finish({}));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    try {
      for (;;) {
        yield* this.#ready.splice(0);
        if (this.#socket.isPaused) this.#socket.resume();
        if (this.#ready.length > 0) continue;
        if (this.#end && 'error' in this.#end) throw this.#end.error;
        if (this.#end) return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      this.#socket.terminate();
    }
  }

  #finish(end: { readonly error?: unknown }): void {
    this.#end ??= end;
    this.#wake();
  }
}
