import { readFileSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { GraphQLError as ApiError } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { type Fault, nextFault, type Trouble } from './faults.ts';
import { buildSchema, GraphQLError, graphql, parse, validate } from './graphql.ts';
import { type Deployment, type Line, Machine } from './machine.ts';
import { type Caller, lineView, Operations } from './operations.ts';
import { takeUpload } from './uploads.ts';
import { Account, notAuthorized, Refusal } from './world.ts';

const schema = buildSchema(
  readFileSync(new URL('../../../src/drivers/railway/api/schema.graphql', import.meta.url), 'utf8'),
);

/** Railway's API, its uploads and its edge on this machine: what the published schema says, and by hand what it cannot. */
export class RailwayServer {
  readonly account = new Account();
  readonly machine = new Machine(this.account);
  readonly operations = new Operations(this.account, this.machine);
  readonly faults: Fault[] = [];
  /** Names of operations, `up`, and `subscribe NAME`. */
  readonly requests: string[] = [];
  /** What the schema does not let through. */
  readonly invalid: string[] = [];
  /** Everything that came, for those who look for secrets: without variables, which are to be there. */
  readonly texts: string[] = [];
  /** How subscriptions fare. `dying`: each ends by itself after its first frame. */
  streams: 'well' | 'refused' | 'dying' | 'silent' = 'well';
  /** Archives from this size on are refused, bytes. */
  largest = 1024 ** 3;
  readonly #root = this.operations.root();
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #streams = new WebSocketServer({ noServer: true, handleProtocols: () => 'graphql-transport-ws' });

  static async start(): Promise<RailwayServer> {
    const one = new RailwayServer();
    one.#listen();
    await new Promise<void>((resolve) => one.#server.listen(0, '127.0.0.1', resolve));
    return one;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await this.machine.end();
  }

  /** Names of all that exists. */
  things(): readonly string[] {
    const { projects, services, environments, volumes } = this.account;
    return [
      ...[...projects.values()].filter((one) => one.deletedAt === null).map(({ name }) => `project ${name}`),
      ...[...environments.values()].map(({ name }) => `environment ${name}`),
      ...[...services.values()].map(({ name }) => `service ${name}`),
      ...[...volumes.values()].map(({ mountPath }) => `volume ${mountPath}`),
    ];
  }

  /** The deployments of a service, the newest first. */
  deploymentsOf(service: string, environment: string): readonly Deployment[] {
    const found = [...this.account.instances.values()].find(
      (one) =>
        this.account.services.get(one.serviceId)?.name === service &&
        this.account.environments.get(one.environmentId)?.name === environment,
    );
    return found ? this.machine.of(found) : [];
  }

  caller(headers: IncomingMessage['headers']): Caller {
    const project = headers['project-access-token'];
    const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
    const found = this.account.tokens.get(String(project ?? bearer ?? ''));
    const right = found?.kind === (project === undefined ? 'account' : 'project');
    return { holder: right ? found : undefined };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://railway');
    request.on('error', () => undefined);
    if (request.headers.host?.endsWith('.up.railway.app')) return this.#edge(request, response);
    const up = /^\/project\/([^/]+)\/environment\/([^/]+)\/up$/.exec(url.pathname);
    if (request.method === 'POST' && up) return takeUpload(this, { request, response, url, ids: up.slice(1) });
    if (request.method !== 'POST' || url.pathname !== '/graphql/v2')
      return answer(response, 404, { message: 'Not Found', requestId: 'r' });
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString());
    this.requests.push(body.operationName);
    if (body.operationName !== 'SetVariables' || !body.variables.input.serviceId) this.texts.push(JSON.stringify(body));
    const trouble = this.trouble(body.operationName);
    if (trouble && instead(trouble, request, response)) return;
    const result = await this.#execute(body, this.caller(request.headers));
    if (trouble === 'lost_answer') return void request.socket.destroy();
    if (trouble === 'half_answer') return half(response, JSON.stringify(result.body));
    answer(response, result.status, result.body);
  }

  trouble(name: string): Trouble | undefined {
    return nextFault(this.faults, name);
  }

  async #execute(
    { query, variables, operationName }: { query: string; variables: Record<string, unknown>; operationName: string },
    caller: Caller,
  ) {
    const errors = validate(schema, parse(query));
    if (errors.length > 0) return { status: 400, body: { errors: errors.map((one) => this.#invalid(one)) } };
    const rootValue = this.#root;
    const given = { schema, source: query, rootValue, contextValue: caller, variableValues: variables, operationName };
    const result = await graphql(given);
    if (!result.errors) return { status: 200, body: result };
    const ours = result.errors.filter(({ originalError }) => !(originalError instanceof Refusal));
    if (ours.some(({ originalError }) => originalError === undefined || originalError instanceof GraphQLError))
      return { status: 400, body: { errors: ours.map((one) => this.#invalid(one)) } };
    for (const { originalError } of ours) throw originalError;
    return { status: 200, body: { errors: result.errors.map(refusalView), data: null } };
  }

  #invalid(error: ApiError) {
    this.invalid.push(error.message);
    return { message: error.message, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } };
  }

  #listen(): void {
    const roots = {
      subscription: {
        buildLogs: (given: { deploymentId: string }, { caller }: { caller: Caller }) =>
          this.#lines('buildLogs', this.operations.deployment(given.deploymentId, caller), 'buildLog'),
        deploymentLogs: (given: { deploymentId: string }, { caller }: { caller: Caller }) =>
          this.#lines('deploymentLogs', this.operations.deployment(given.deploymentId, caller), 'runtimeLog'),
      },
    };
    useServer(
      { schema, roots, context: ({ extra }) => ({ caller: this.caller(extra.request.headers) }) },
      this.#streams,
    );
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('upgrade', (request, socket, head) => {
      this.requests.push('subscribe');
      const known = this.caller(request.headers).holder !== undefined && request.url === '/graphql/v2';
      if (!known || this.streams === 'refused') return socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      if (this.streams === 'silent') return undefined;
      return this.#streams.handleUpgrade(request, socket, head, (ws) => this.#streams.emit('connection', ws, request));
    });
  }

  /** Frames of lines, from the first on. */
  async *#lines(name: string, deployment: Deployment, log: 'buildLog' | 'runtimeLog') {
    for (let sent = 0; this.machine.deployments.has(deployment.id); ) {
      const changed = this.machine.changed();
      const lines: readonly Line[] = deployment[log].slice(sent);
      sent += lines.length;
      if (lines.length > 0) {
        yield { [name]: lines.map(lineView) };
        if (this.streams === 'dying') return;
      }
      await changed;
    }
  }

  /** What a browser gets. */
  #edge(request: IncomingMessage, response: ServerResponse): void {
    const host = request.headers.host ?? '';
    const instance = [...this.account.instances.values()].find((one) =>
      one.domains.some(({ domain }) => domain === host),
    );
    const live = instance && this.machine.live(instance);
    if (!live?.port) {
      answer(response, 404, { status: 'error', code: 404, message: 'Application not found' });
      return;
    }
    const onward = httpRequest(
      { host: '127.0.0.1', port: live.port, path: request.url, method: request.method },
      (back) => back.pipe(response.writeHead(back.statusCode ?? 502, back.headers)),
    );
    onward.on('error', () => answer(response, 502, { message: 'Application failed to respond' }));
    request.pipe(onward);
  }
}

/** Refusals come with status 200, and with a code that says nothing. */
function refusalView({ message, path }: ApiError) {
  return { message, path, extensions: { code: 'INTERNAL_SERVER_ERROR' }, traceId: '1234567890' };
}

export function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function half(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.write(text.slice(0, text.length / 2), () => response.destroy());
}

/** Troubles that come instead of the work. */
export function instead(trouble: Trouble, request: IncomingMessage, response: ServerResponse): boolean {
  if (trouble === 'silence') return true;
  if (trouble === 'reset_before') request.socket.resetAndDestroy();
  else if (trouble === 'html')
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Access denied</body></html>');
  else if (trouble === 'not_authorized')
    answer(response, 200, { errors: [refusalView(new GraphQLError(notAuthorized().message))], data: null });
  else if (typeof trouble === 'object' && 'errors' in trouble)
    answer(response, 200, {
      errors: trouble.errors.map((message) => refusalView(new GraphQLError(message))),
      data: null,
    });
  else if (typeof trouble === 'object')
    response.writeHead(trouble.status, trouble.headers ?? {}).end(trouble.body ?? '');
  else return false;
  return true;
}
