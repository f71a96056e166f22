import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { requestHeaders, responseHeaders } from './headers.ts';
import { type Meter, noteLatency, type Upstream } from './upstream.ts';

/** Bodies up to this many bytes are read before they are sent, so that they can be sent again. */
const REPLAYABLE_BODY = 65_536;
const ATTEMPTS = 3;
/** Methods that may be sent twice (RFC 9110, 9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);
const CONNECTION_LOST = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** Passes a request to a release and its answer back, both as streams. */
export function forward(request: IncomingMessage, response: ServerResponse, upstream: Upstream): void {
  const path = originForm(request.url ?? '/');
  if (path === undefined) answerPlainly(response, 400, 'Bad request');
  else begin(request, new Exchange(request, response, upstream, path));
}

function begin(request: IncomingMessage, exchange: Exchange): void {
  const length = Number(request.headers['content-length'] ?? 0);
  if (request.headers['transfer-encoding'] !== undefined || length > REPLAYABLE_BODY) exchange.sendStream();
  else if (length > 0) collect(request, (body) => exchange.send(body));
  else exchange.send(null);
}

/** A request counts from here until its answer is through, or given up. */
export function track(meter: Meter, response: ServerResponse): void {
  meter.requests += 1;
  meter.active += 1;
  response.once('close', () => {
    meter.active -= 1;
  });
}

/** An answer of the gateway's own. */
export function answerPlainly(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.destroyed || response.headersSent) return void response.destroy();
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers });
  response.end(response.req.method === 'HEAD' ? undefined : `${text}\n`);
}

/** One request on its way, through as many attempts as it takes. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #upstream: Upstream;
  readonly #path: string;
  readonly #since = performance.now();
  #body: Buffer | Readable | null = null;
  #attempts = 0;
  /** This attempt was written to a connection, so the service may have seen it. */
  #written = false;
  #flushed = false;
  #controller: Dispatcher.DispatchController | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, upstream: Upstream, path: string) {
    this.#request = request;
    this.#response = response;
    this.#upstream = upstream;
    this.#path = path;
    track(upstream.meter, response);
    response.once('close', () => this.#abandon());
  }

  send(body: Buffer | Readable | null): void {
    this.#body = body;
    this.#attempts += 1;
    this.#written = false;
    const { method = 'GET' } = this.#request;
    const headers = requestHeaders(this.#request);
    this.#upstream.pool.dispatch({ path: this.#path, method, headers, body }, this);
  }

  /** Through a stream of our own: the library destroys a body that it could not send, and the client still gets an answer. */
  sendStream(): void {
    const body = new PassThrough();
    body.on('error', () => this.#request.unpipe(body).resume());
    this.#request.once('error', (error) => body.destroy(error));
    this.send(this.#request.pipe(body));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#written = true;
    if (this.#response.destroyed) this.#abandon();
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, _: unknown, message?: string): void {
    if (status < 200) return;
    if (status >= 500) this.#upstream.meter.errors += 1;
    noteLatency(this.#upstream.meter, this.#since);
    const headers = responseHeaders((controller.rawHeaders ?? []) as Buffer[]);
    if (message) this.#response.writeHead(status, message, headers);
    else this.#response.writeHead(status, headers);
    // Only when no body came in the same read: an event stream's client waits for the headers.
    process.nextTick(() => this.#flush());
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#flushed = true;
    if (this.#response.write(chunk)) return;
    controller.pause();
    this.#response.once('drain', () => controller.resume());
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    this.#flushed = true;
    const trailers = controller.rawTrailers as Buffer[] | null | undefined;
    if (trailers?.length && this.#response.chunkedEncoding)
      this.#response.addTrailers(pairs(responseHeaders(trailers)));
    this.#response.end();
  }

  onResponseError(_: unknown, error: Error): void {
    if (this.#response.destroyed) return;
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (this.#mayRepeat(code)) this.send(this.#body);
    else if (code === 'UND_ERR_INVALID_ARG') answerPlainly(this.#response, 400, 'Bad request');
    else this.#giveUp();
  }

  #giveUp(): void {
    this.#upstream.meter.errors += 1;
    answerPlainly(
      this.#response,
      502,
      'The service gave no answer',
      this.#request.complete ? {} : { connection: 'close' },
    );
  }

  #mayRepeat(code: string): boolean {
    if (!CONNECTION_LOST.has(code) || this.#attempts >= ATTEMPTS || this.#response.headersSent) return false;
    if (this.#body !== null && !Buffer.isBuffer(this.#body)) return false;
    return !this.#written || IDEMPOTENT.has(this.#request.method ?? '') || 'idempotency-key' in this.#request.headers;
  }

  #flush(): void {
    if (this.#flushed || this.#response.destroyed) return;
    this.#flushed = true;
    this.#response.flushHeaders();
  }

  /** The client has gone: nobody waits for the rest. */
  #abandon(): void {
    if (!this.#response.writableFinished) this.#controller?.abort(new Error('the client has gone'));
  }
}

/** `GET http://host/path` is asked of proxies; the service gets `/path`. `undefined`: neither form. */
function originForm(url: string): string | undefined {
  if (url.startsWith('/')) return url;
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return undefined;
  const { pathname, search } = new URL(url);
  return pathname + search;
}

function collect(request: IncomingMessage, done: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.once('end', () => done(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
}

function pairs(flat: readonly string[]): [string, string][] {
  const found: [string, string][] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) found.push([flat[index] ?? '', flat[index + 1] ?? '']);
  return found;
}
