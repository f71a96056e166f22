import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Fault, nextFault, type Trouble, troubleInstead } from '../vercel/faults.ts';
import { Contract } from './contract.ts';
import { DEPLOY_HANDLERS } from './deploys.ts';
import { page } from './edge.ts';
import { Meter } from './limits.ts';
import { functionLogs } from './logs.ts';
import { type Account, type Answer, type Handler, Platform, Refusal } from './platform.ts';
import { SITE_HANDLERS } from './sites.ts';
import { SPLIT_HANDLERS } from './splits.ts';
import { VARIABLE_HANDLERS } from './variables.ts';

const PREFIX = '/api/v1';
const HANDLERS: Readonly<Record<string, Handler>> = {
  ...SITE_HANDLERS,
  ...DEPLOY_HANDLERS,
  ...VARIABLE_HANDLERS,
  ...SPLIT_HANDLERS,
};

/**
 * Netlify's API and edge for tests, by Netlify's published document: every request and every answer is held against it, and
 * what the document leaves out is refused as the service does. Knows nothing of who asks.
 */
export class NetlifyServer {
  readonly platform = new Platform();
  readonly meter = new Meter();
  readonly faults: Fault[] = [];
  /** Every request of the API, as `PUT /deploys/…/files/index.html`. */
  readonly requests: string[] = [];
  /** Where somebody, the server included, broke with the document; and what nothing here knows. */
  readonly violations: string[] = [];
  /** Added to every answer of the API, ms. */
  latency = 0;
  readonly #contract = Contract.shared();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(port = 0): Promise<NetlifyServer> {
    const server = new NetlifyServer();
    await new Promise<void>((resolve) => server.#server.listen(port, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** What official tools take as `NETLIFY_API_URL`. */
  get url(): string {
    return `http://127.0.0.1:${this.port}${PREFIX}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** What a browser gets. */
  page(host: string, path = '/'): string {
    return page(this.platform, host, path).body.toString();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const raw = await bytesOf(request).catch(() => undefined);
    if (!raw) return;
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
    const host = (request.headers.host ?? '').replace(/:\d+$/, '');
    if (host.endsWith('.netlify.app')) {
      const { status, body } = page(this.platform, host, pathname);
      return void response.writeHead(status).end(body);
    }
    const path = pathname.startsWith(PREFIX) ? pathname.slice(PREFIX.length) : pathname;
    const method = request.method ?? '';
    this.requests.push(`${method} ${path}`);
    const trouble = nextFault(this.faults, method, path);
    if (trouble && troubleInstead(trouble, request, response, (error) => error)) return;
    const { status, body, headers } = this.#answer({ request, method, path, query: searchParams, raw });
    if (this.latency > 0) await new Promise((resolve) => setTimeout(resolve, this.latency));
    reply(request, response, { status, body }, { headers, trouble });
  }

  #answer(asked: Asked): Answer & { headers: Readonly<Record<string, string>> } {
    const account = this.#accountOf(asked.request);
    if (!account) return { status: 401, body: { code: 401, message: 'Access Denied' }, headers: {} };
    try {
      if (asked.path.startsWith('/v2/')) return { ...functionLogs(this.platform, asked.path, account), headers: {} };
      return this.#operation(asked, account);
    } catch (error) {
      if (error instanceof Refusal) return { status: error.status, body: error.body, headers: {} };
      this.violations.push(`${asked.method} ${asked.path}: ${String(error)}`);
      return { status: 500, body: { error: 'Internal Server Error' }, headers: {} };
    }
  }

  #operation({ request, method, path, query, raw }: Asked, account: Account) {
    const found = this.#contract.find(method, path);
    const handler = found ? HANDLERS[found.operation.id] : undefined;
    if (!found || !handler) {
      this.violations.push(`${method} ${path} is not known`);
      throw new Refusal(404, 'Not Found');
    }
    const { over, headers } = this.meter.count(found.operation.id);
    if (over) return { status: 429, body: { code: 429, message: 'API rate limit exceeded' }, headers };
    const isJson = request.headers['content-type']?.startsWith('application/json') && raw.length > 0;
    const json: unknown = isJson ? parse(raw) : undefined;
    this.#hold(this.#contract.requestProblems(found.operation, query, json), 422);
    const given = { ...found.given };
    const answer = handler(this.platform, { given, query, raw, account, json });
    this.#hold(this.#contract.responseProblems(found.operation, answer.status, answer.body), 500);
    return { ...answer, headers };
  }

  #hold(problems: readonly string[], status: number): void {
    if (problems.length === 0) return;
    this.violations.push(...problems);
    throw new Refusal(status, problems.join('; '));
  }

  #accountOf({ headers }: IncomingMessage): Account | undefined {
    const [, token] = /^Bearer (.+)$/.exec(headers.authorization ?? '') ?? [];
    return this.platform.account(token ?? '');
  }
}

interface Asked {
  readonly request: IncomingMessage;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly raw: Buffer;
}

function parse(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString());
  } catch {
    throw new Refusal(400, 'The body is no JSON');
  }
}

function reply(
  request: IncomingMessage,
  response: ServerResponse,
  { status, body }: Answer,
  { headers, trouble }: { readonly headers: Readonly<Record<string, string>>; readonly trouble: Trouble | undefined },
): void {
  if (trouble === 'lost_answer') return void request.socket.resetAndDestroy();
  const text = body === undefined ? '' : JSON.stringify(body);
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  response.writeHead(status, { ...type, ...headers });
  if (trouble !== 'half_answer') return void response.end(text);
  response.write(text.slice(0, text.length / 2));
  setImmediate(() => request.socket.resetAndDestroy());
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
