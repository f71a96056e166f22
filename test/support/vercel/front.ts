import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Deployment } from './deployments.ts';
import { type Emulator, type Reply, startEmulator } from './emulator.ts';
import { type Fault, nextFault, type Trouble, troubleInstead } from './faults.ts';
import { settlePromotions } from './promotion.ts';
import type { Rolling } from './rollout.ts';
import { routesOf } from './routes.ts';
import { page } from './site.ts';

export class HttpError extends Error {
  readonly status: number;
  readonly body: object;

  constructor(status: number, code: string, message: string, extra: object = {}) {
    super(message);
    this.status = status;
    this.body = { error: { code, message, ...extra } };
  }
}

export interface Call {
  readonly request: IncomingMessage;
  readonly query: URLSearchParams;
  /** The query as it came, with its question mark, without what only the service itself understands. */
  readonly search: string;
  readonly raw: Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: a body is checked where it is used
  readonly json: any;
}

interface AliasRequest {
  readonly fromDeploymentId: string | null;
  readonly toDeploymentId: string;
  readonly requestedAt: number;
  readonly type: 'promote' | 'rollback';
  readonly doneAt: number;
  readonly outcome: 'succeeded' | 'failed';
  settled?: boolean;
}

export type Answer =
  | (Reply & { readonly headers?: Readonly<Record<string, string>> })
  | { readonly status: number; readonly lines: readonly object[] };
export type Handler = (call: Call, parts: readonly string[]) => Answer | Promise<Answer>;

/**
 * Vercel's API and edge: the emulator, with a stricter service in front of it for what it lacks. Everything is checked
 * that the service checks: tokens, digests, unknown members, whether a deployment is ready.
 */
export class Front {
  readonly blobs = new Map<string, Buffer>();
  readonly deployments = new Map<string, Deployment>();
  /** By project: its production deployment, whether domains are assigned by themselves, the last switch, bypass secrets. */
  readonly production = new Map<string, string>();
  readonly autoAssign = new Map<string, boolean>();
  readonly aliasRequests = new Map<string, AliasRequest>();
  readonly bypasses = new Map<string, readonly string[]>();
  /** Production host, also one of its own domains → project. */
  readonly hosts = new Map<string, string>();
  readonly rollouts = new Map<string, Rolling>();
  /** As the account's plan has it. */
  rolloutReason = 'unlimited_slots';
  readonly aliases = new Map<string, string>();
  /** Domains whose owners have proved nothing yet. */
  readonly unproved = new Set<string>();
  /** By project. */
  readonly customEnvironments = new Map<string, readonly { readonly slug: string; readonly description?: string }[]>();
  hasCustomEnvironments = true;
  /** Host names that belong to strangers. */
  readonly taken = new Set<string>();
  readonly faults: Fault[] = [];
  /** Every request of the API, `POST /v2/files`. */
  readonly requests: string[] = [];
  /** Requests that nothing here knows: whoever sends them relies on something that was not looked up. */
  readonly unknown: string[] = [];
  readonly tokens = new Set(['goodtoken']);
  /** ms. */
  buildTime = 0;
  lastCreated = 0;
  /** What functions of deployments have printed, request by request. */
  readonly printed: { readonly deployment: string; readonly lines: readonly string[] }[] = [];
  /** That have read what functions print. */
  connections = 1;
  isProtected = false;
  /** A warning that goes along with each new deployment. */
  warning = '';
  /** Each answer of the API comes so much later, ms. */
  delay = 0;
  /** Whether what went up can be looked at, or, of big trees, only its digests. */
  keeps: 'bytes' | 'digests' = 'bytes';
  failNextSwitch = false;
  readonly emulator: Emulator;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #routes: readonly (readonly [RegExp, Handler])[];

  private constructor(emulator: Emulator) {
    this.emulator = emulator;
    this.#routes = routesOf(this);
  }

  static async start(): Promise<Front> {
    const front = new Front(await startEmulator());
    await new Promise<void>((resolve) => front.#server.listen(0, '127.0.0.1', resolve));
    return front;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await this.emulator.close();
  }

  /** Makes a deployment production at once, as the service does by itself where it may. */
  serve(deployment: Deployment): void {
    this.production.set(deployment.project, deployment.id);
    deployment.promoted = true;
  }

  async project({ search }: Pick<Call, 'search'>, idOrName: string) {
    const { status, body } = await this.emulator.ask('GET', `/v9/projects/${idOrName}${search}`);
    if (status !== 200) throw new HttpError(404, 'not_found', 'The project was not found.');
    return body;
  }

  /** Names of all that exists. */
  async things(): Promise<readonly string[]> {
    const { body } = await this.emulator.ask('GET', '/v10/projects?limit=100');
    const projects = body.projects.map(({ name }: { name: string }) => `project ${name}`);
    return [...projects, ...this.deployments.keys(), ...this.aliases.keys()];
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const raw = await bytesOf(request).catch(() => undefined);
    if (!raw) return;
    settlePromotions(this);
    const url = new URL(request.url ?? '', 'http://x');
    const host = request.headers.host ?? '';
    if (host.endsWith('.vercel.app') || this.hosts.has(host)) {
      const bypass = request.headers['x-vercel-protection-bypass'];
      const { status, body } = page(this, host, url.pathname, typeof bypass === 'string' ? bypass : undefined);
      return void response.writeHead(status).end(body);
    }
    const line = `${request.method} ${url.pathname}`;
    this.requests.push(line);
    const trouble = nextFault(this.faults, request.method ?? '', url.pathname);
    if (trouble && troubleInstead(trouble, request, response)) return;
    const answer = await this.#answer(request, url, raw);
    if (this.delay > 0) await new Promise((resolve) => setTimeout(resolve, this.delay));
    reply(request, response, answer, trouble);
  }

  async #answer(request: IncomingMessage, url: URL, raw: Buffer): Promise<Answer> {
    const [, token] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    if (!this.tokens.has(token ?? ''))
      return {
        status: 403,
        body: { error: { code: 'forbidden', message: `Not authorized: ${token}`, invalidToken: true } },
      };
    const scope = new URLSearchParams([...url.searchParams].filter(([name]) => !name.startsWith('meta-')));
    const search = scope.size > 0 ? `?${scope}` : '';
    try {
      const isJson = request.headers['content-type']?.startsWith('application/json') && raw.length > 0;
      const call = {
        request,
        query: url.searchParams,
        search,
        raw,
        json: isJson ? JSON.parse(raw.toString()) : undefined,
      };
      for (const [pattern, handler] of this.#routes) {
        const found = pattern.exec(`${request.method} ${url.pathname}`);
        if (found)
          return await handler(
            call,
            found.slice(1).map((part) => decodeURIComponent(part ?? '')),
          );
      }
      this.unknown.push(`${request.method} ${url.pathname}`);
      throw new HttpError(404, 'not_found', 'The page was not found');
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      return { status: error.status, body: error.body };
    }
  }
}

function reply(request: IncomingMessage, response: ServerResponse, answer: Answer, trouble: Trouble | undefined): void {
  if (trouble === 'lost_answer') return void request.socket.resetAndDestroy();
  const lines = 'lines' in answer ? answer.lines.map((line) => `${JSON.stringify(line)}\n`).join('') : undefined;
  const text = lines ?? ('body' in answer && answer.body !== undefined ? JSON.stringify(answer.body) : '');
  response.writeHead(answer.status, {
    'content-type': lines === undefined ? 'application/json' : 'application/stream+json',
    ...('headers' in answer ? answer.headers : {}),
  });
  if (trouble !== 'half_answer') return void response.end(text);
  response.write(text.slice(0, text.length / 2));
  setImmediate(() => request.socket.resetAndDestroy());
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
