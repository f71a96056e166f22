import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as deployments from './deployments.ts';
import { type Emulator, type Reply, startEmulator } from './emulator.ts';
import { type Fault, nextFault, type Trouble, troubleInstead } from './faults.ts';
import * as promotion from './promotion.ts';
import { type Rolling, rollingOf, rollout } from './rollout.ts';
import { page } from './site.ts';
import * as variables from './variables.ts';

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

type Answer = Reply | { readonly status: number; readonly lines: readonly object[] };
type Handler = (call: Call, parts: readonly string[]) => Answer | Promise<Answer>;

/**
 * Vercel's API and edge: the emulator, with a stricter service in front of it for what it lacks. Everything is checked
 * that the service checks: tokens, digests, unknown members, whether a deployment is ready.
 */
export class Front {
  readonly blobs = new Map<string, Buffer>();
  readonly deployments = new Map<string, deployments.Deployment>();
  /** By project: its production deployment, whether domains are assigned by themselves, the last switch, bypass secrets. */
  readonly production = new Map<string, string>();
  readonly autoAssign = new Map<string, boolean>();
  readonly aliasRequests = new Map<string, AliasRequest>();
  readonly bypasses = new Map<string, readonly string[]>();
  /** Production host → project. */
  readonly hosts = new Map<string, string>();
  readonly rollouts = new Map<string, Rolling>();
  /** As the account's plan has it. */
  rolloutReason = 'unlimited_slots';
  readonly aliases = new Map<string, string>();
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
  /** That have read what functions print. */
  connections = 1;
  isProtected = false;
  failNextSwitch = false;
  readonly emulator: Emulator;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #routes: readonly (readonly [RegExp, Handler])[];

  private constructor(emulator: Emulator) {
    this.emulator = emulator;
    this.#routes = this.#table();
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
  serve(deployment: deployments.Deployment): void {
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

  #table(): readonly (readonly [RegExp, Handler])[] {
    const pass: Handler = ({ request, search, json }) => {
      const path = new URL(request.url ?? '', 'http://x').pathname;
      return this.emulator.ask(request.method ?? '', path + search, json);
    };
    const at = (parts: readonly string[], index: number) => parts[index] ?? '';
    return [
      [/^GET \/v2\/user$/, pass],
      [/^GET \/v9\/projects\/([^/]+)$/, (call, parts) => this.#projectView(call, at(parts, 0))],
      [/^POST \/v11\/projects$/, (call) => this.#createProject(call)],
      [/^PATCH \/v9\/projects\/([^/]+)$/, (call, parts) => this.#patchProject(call, at(parts, 0), pass)],
      [/^DELETE \/v9\/projects\/([^/]+)$/, pass],
      [/^PATCH \/v1\/projects\/([^/]+)\/protection-bypass$/, (call, parts) => this.#bypass(call, at(parts, 0))],
      [/^GET \/v10\/projects\/([^/]+)\/env$/, (call, parts) => variables.listVariables(this, call, at(parts, 0))],
      [/^POST \/v10\/projects\/([^/]+)\/env$/, (call, parts) => variables.setVariables(this, call, at(parts, 0))],
      [/^PATCH \/v9\/projects\/([^/]+)\/env\/([^/]+)$/, pass],
      [/^DELETE \/v9\/projects\/([^/]+)\/env\/([^/]+)$/, pass],
      [/^POST \/v2\/files$/, (call) => deployments.takeFile(this, call)],
      [/^POST \/v13\/deployments$/, (call) => deployments.createDeployment(this, call)],
      [/^GET \/v7\/deployments$/, (call) => deployments.listDeployments(this, call)],
      [/^GET \/v13\/deployments\/([^/]+)$/, (_, parts) => this.#deployment(at(parts, 0))],
      [/^DELETE \/v13\/deployments\/([^/]+)$/, (call, parts) => deployments.removeDeployment(this, call, at(parts, 0))],
      [/^GET \/v3\/deployments\/([^/]+)\/events$/, (call, parts) => this.#events(call, at(parts, 0))],
      [
        /^POST \/v10\/projects\/([^/]+)\/promote\/([^/]+)$/,
        (call, parts) => promotion.promote(this, call, at(parts, 0), at(parts, 1)),
      ],
      [
        /^POST \/v1\/projects\/([^/]+)\/rollback\/([^/]+)$/,
        (call, parts) => promotion.rollBack(this, call, at(parts, 0), at(parts, 1)),
      ],
      [
        /^GET \/v1\/projects\/([^/]+)\/(promote|rollback)\/aliases$/,
        () => ({ status: 200, body: { aliases: [{ id: 'a', alias: 'www.shop.test', status: 'failed' }] } }),
      ],
      [
        /^(?:GET|PATCH|DELETE|POST) \/v1\/projects\/([^/]+)\/rolling-release(?:\/(billing|config|start|complete))?$/,
        (call, parts) => rollout(this, call, at(parts, 0), at(parts, 1)),
      ],
      [
        /^GET \/v1\/projects\/[^/]+\/deployments\/([^/]+)\/runtime-logs$/,
        (_, parts) => deployments.runtimeRows(this, at(parts, 0)),
      ],
      [/^POST \/v2\/deployments\/([^/]+)\/aliases$/, (call, parts) => promotion.assignAlias(this, call, at(parts, 0))],
      [/^GET \/v4\/aliases\/([^/]+)$/, (_, parts) => promotion.findAlias(this, at(parts, 0))],
      [/^DELETE \/v2\/aliases\/([^/]+)$/, (_, parts) => promotion.removeAlias(this, at(parts, 0))],
    ];
  }

  #deployment(id: string): Answer {
    return { status: 200, body: deployments.view(this, deployments.require(this, id)) };
  }

  #events(call: Call, id: string): Answer {
    return call.query.get('follow') === '1'
      ? deployments.followEvents(this, call, id)
      : deployments.listEvents(this, id);
  }

  async #projectView(call: Call, idOrName: string): Promise<Answer> {
    const project = await this.project(call, idOrName);
    const live = this.deployments.get(this.production.get(project.id) ?? '');
    const production = live ? { id: live.id, alias: [`${project.name}.vercel.app`, live.url] } : null;
    const body = {
      ...project,
      targets: { production },
      rollingRelease: rollingOf(this, project.id).stages ? { stages: rollingOf(this, project.id).stages } : null,
      autoAssignCustomDomains: this.autoAssign.get(project.id) ?? true,
      lastAliasRequest: promotion.jobOf(this, project.id),
      ssoProtection: this.isProtected ? { deploymentType: 'all_except_custom_domains' } : null,
      protectionBypass: Object.fromEntries(
        (this.bypasses.get(project.id) ?? []).map((secret) => [secret, { scope: 'automation-bypass' }]),
      ),
    };
    return { status: 200, body };
  }

  async #createProject({ search, json }: Call): Promise<Answer> {
    if (!/^[a-z0-9._-]{1,100}$/.test(json.name) || json.name.includes('---') || json.nodeVersion !== undefined)
      throw new HttpError(400, 'bad_request', 'Invalid request');
    const answer = await this.emulator.ask('POST', `/v11/projects${search}`, json);
    if (answer.status === 200) this.hosts.set(`${json.name}.vercel.app`, answer.body.id);
    return answer;
  }

  async #patchProject(call: Call, idOrName: string, pass: Handler): Promise<Answer> {
    const project = await this.project(call, idOrName);
    if (call.json.autoAssignCustomDomains !== undefined)
      this.autoAssign.set(project.id, call.json.autoAssignCustomDomains);
    return pass(call, []);
  }

  async #bypass(call: Call, idOrName: string): Promise<Answer> {
    const project = await this.project(call, idOrName);
    const secret = `bypass${project.id}`.slice(0, 32).padEnd(32, '0');
    this.bypasses.set(project.id, [secret]);
    return { status: 200, body: { protectionBypass: { [secret]: { scope: 'automation-bypass' } } } };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const raw = await bytesOf(request).catch(() => undefined);
    if (!raw) return;
    promotion.settlePromotions(this);
    const url = new URL(request.url ?? '', 'http://x');
    const host = request.headers.host ?? '';
    if (host.endsWith('.vercel.app')) {
      const bypass = request.headers['x-vercel-protection-bypass'];
      const { status, body } = page(this, host, url.pathname, typeof bypass === 'string' ? bypass : undefined);
      return void response.writeHead(status).end(body);
    }
    const line = `${request.method} ${url.pathname}`;
    this.requests.push(line);
    const trouble = nextFault(this.faults, request.method ?? '', url.pathname);
    if (trouble && troubleInstead(trouble, request, response)) return;
    reply(request, response, await this.#answer(request, url, raw), trouble);
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
