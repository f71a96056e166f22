import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Loopback, serveHttp } from '../loopback.ts';

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A store of secrets on loopback. */
export interface StoreFake extends Loopback {
  /** `METHOD path` of every request, without the query. */
  readonly requests: string[];
  /** Gives answers of its own before the store does; `true` when it did. */
  before?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** Answers as `reply` says, in JSON. */
export async function storeFake(reply: (asked: Asked) => Reply): Promise<StoreFake> {
  const fake: Pick<StoreFake, 'requests' | 'before'> = { requests: [] };
  const server = await serveHttp((request, response) => {
    const url = new URL(request.url ?? '', 'http://store');
    fake.requests.push(`${request.method} ${url.pathname}`);
    if (fake.before?.(request, response)) return;
    void text(request).then((body) => {
      const { method = '', headers } = request;
      const query = Object.fromEntries(url.searchParams);
      const answer = reply({ method, path: url.pathname, query, headers, body });
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.body ?? {}));
    });
  });
  return Object.assign(fake, server);
}

/** Whether exactly these parameters stand in the query. */
export function hasOnly(query: Asked['query'], ...names: readonly string[]): boolean {
  return Object.keys(query).sort().join() === [...names].sort().join();
}
