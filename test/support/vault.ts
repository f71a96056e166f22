import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { type Loopback, serveHttp } from './loopback.ts';

/** One version of a secret in a versioned store. */
export interface StoredVersion {
  readonly data?: Readonly<Record<string, unknown>>;
  readonly deletion_time?: string;
  readonly destroyed?: boolean;
}

export interface VaultFake extends Loopback {
  /** Store → its kind and its secrets by path: versions from 1 on where it keeps versions. */
  readonly stores: Record<
    string,
    | { type: 'kv'; version: '1'; secrets: Record<string, Readonly<Record<string, unknown>>> }
    | { type: 'kv'; version: '2'; secrets: Record<string, readonly StoredVersion[]>; cas_required?: true }
    | { type: 'database' }
  >;
  /** Token → the prefixes of API paths that it may read. */
  readonly tokens: Map<string, readonly string[]>;
  /** Token → the prefixes of API paths that it may write. */
  readonly writers: Map<string, readonly string[]>;
  /** Login path → the body it takes, and what the token that it gives may read. */
  readonly logins: Record<
    string,
    { readonly body: Readonly<Record<string, string>>; readonly policy: readonly string[] }
  >;
  /** `METHOD path?query` of every request. */
  readonly requests: string[];
  namespace?: string;
  sealed: boolean;
  /** Gives answers of its own before Vault does; `true` when it did. */
  before?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

interface Reply {
  readonly status: number;
  readonly body?: unknown;
}

const DENIED: Reply = { status: 403, body: { errors: ['permission denied'] } };
const NOTHING: Reply = { status: 404, body: { errors: [] } };

/**
 * What Vault answers by its published API to reads and writes of KV stores, logins by AppRole and JWT, and the ends of tokens. A
 * request of another form gets what Vault gives for it, never a friendly guess.
 */
export async function vaultFake(): Promise<VaultFake> {
  const fake: Omit<VaultFake, keyof Loopback> = {
    stores: {},
    tokens: new Map(),
    writers: new Map(),
    logins: {},
    requests: [],
    sealed: false,
  };
  const server = await serveHttp((request, response) => {
    fake.requests.push(`${request.method} ${request.url}`);
    if (fake.before?.(request, response)) return;
    void replyTo(fake, request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(body === undefined ? '' : JSON.stringify({ request_id: 'r', lease_id: '', ...(body as object) }));
    });
  });
  return Object.assign(fake, server);
}

type Fake = Omit<VaultFake, keyof Loopback>;

async function replyTo(fake: Fake, request: IncomingMessage): Promise<Reply> {
  if (fake.sealed) return { status: 503, body: { errors: ['Vault is sealed'] } };
  if ((request.headers['x-vault-namespace'] ?? undefined) !== fake.namespace) return DENIED;
  const url = new URL(request.url ?? '', 'http://vault');
  const path = decodeURIComponent(url.pathname).replace(/^\/v1\//, '');
  if (path.startsWith('auth/') && path.endsWith('/login')) return logIn(fake, request, path);
  const token = String(request.headers['x-vault-token'] ?? '');
  const policy = fake.tokens.get(token);
  if (!policy) return DENIED;
  if (path === 'auth/token/lookup-self') return { status: 200, body: { data: { policies: ['default'] } } };
  if (path === 'auth/token/revoke-self') return revoke(fake, request, token);
  if (request.method === 'POST' || request.method === 'PUT') return write(fake, request, { path, token });
  if (request.method !== 'GET') return { status: 405, body: { errors: ['unsupported operation'] } };
  const mounts = 'sys/internal/ui/mounts/';
  if (path.startsWith(mounts)) return mountOf(fake, path.slice(mounts.length), policy);
  return policy.some((prefix) => path.startsWith(prefix)) ? read(fake, path, url.searchParams) : DENIED;
}

async function logIn(fake: Fake, request: IncomingMessage, path: string): Promise<Reply> {
  const login = fake.logins[path];
  if (request.method !== 'POST' || !login) return DENIED;
  const body = await json(request).catch(() => undefined);
  if (JSON.stringify(body) !== JSON.stringify(login.body))
    return { status: 400, body: { errors: ['invalid role or secret ID'] } };
  const client_token = `hvs.${path}.${fake.requests.length}`;
  fake.tokens.set(client_token, login.policy);
  return { status: 200, body: { data: null, auth: { client_token, lease_duration: 1200, renewable: true } } };
}

function revoke(fake: Fake, request: IncomingMessage, token: string): Reply {
  if (request.method !== 'POST' && request.method !== 'PUT') return { status: 405, body: { errors: [] } };
  fake.tokens.delete(token);
  return { status: 204 };
}

/** Whoever may read nothing in a store is not told whether it is there. */
function mountOf({ stores }: Fake, path: string, policy: readonly string[]): Reply {
  const name = Object.keys(stores).find((store) => `${path}/`.startsWith(`${store}/`));
  const store = name === undefined ? undefined : stores[name];
  if (!store || !policy.some((prefix) => prefix.startsWith(`${name}/`))) return DENIED;
  const options = 'version' in store ? { version: store.version } : null;
  return { status: 200, body: { data: { path: `${name}/`, type: store.type, options } } };
}

function read({ stores }: Fake, path: string, query: URLSearchParams): Reply {
  const name = Object.keys(stores).find((store) => path.startsWith(`${store}/`));
  const store = name === undefined ? undefined : stores[name];
  if (name === undefined || !store || !('version' in store)) return NOTHING;
  const rest = path.slice(name.length + 1);
  if (store.version === '1') {
    const data = store.secrets[rest];
    return data ? { status: 200, body: { data } } : NOTHING;
  }
  if (!rest.startsWith('data/'))
    return { status: 404, body: { data: null, warnings: ['Invalid path for a versioned K/V secrets engine.'] } };
  return readVersion(store.secrets[rest.slice('data/'.length)] ?? [], Number(query.get('version') ?? 0));
}

async function write(fake: Fake, request: IncomingMessage, { path, token }: { path: string; token: string }) {
  const body = await json(request).catch(() => undefined);
  const allowed = fake.writers.get(token)?.some((prefix) => path.startsWith(prefix)) ?? false;
  if (!allowed) return DENIED;
  const name = Object.keys(fake.stores).find((store) => path.startsWith(`${store}/`)) ?? '';
  const store = fake.stores[name];
  if (!store || !('version' in store)) return NOTHING;
  const rest = path.slice(name.length + 1);
  if (!isObject(body)) return { status: 400, body: { errors: ['failed to parse JSON input'] } };
  if (store.version === '2') return writeVersion(store, rest, body);
  store.secrets[rest] = body;
  return { status: 204 };
}

type Versioned = Extract<VaultFake['stores'][string], { version: '2' }>;

/** Check-and-set by `options.cas`, which counts deleted versions too. */
function writeVersion(store: Versioned, rest: string, body: Readonly<Record<string, unknown>>): Reply {
  if (!rest.startsWith('data/'))
    return { status: 404, body: { errors: [], warnings: ['Invalid path for a versioned K/V secrets engine.'] } };
  const { data, options = {} } = body;
  if (!isObject(data)) return { status: 400, body: { errors: ['no data provided'] } };
  const path = rest.slice('data/'.length);
  const versions = store.secrets[path] ?? [];
  const { cas } = options as { cas?: number };
  if (cas === undefined && store.cas_required)
    return { status: 400, body: { errors: ['check-and-set parameter required for this call'] } };
  if (cas !== undefined && cas !== versions.length)
    return { status: 400, body: { errors: ['check-and-set parameter did not match the current version'] } };
  store.secrets[path] = [...versions, { data }];
  const version = versions.length + 1;
  return {
    status: 200,
    body: { data: { created_time: '2026-01-01T00:00:00.0Z', deletion_time: '', destroyed: false, version } },
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readVersion(versions: readonly StoredVersion[], wanted: number): Reply {
  const version = wanted === 0 ? versions.length : wanted;
  const stored = versions[version - 1];
  if (!stored) return NOTHING;
  const { data = null, deletion_time = '', destroyed = false } = stored;
  const metadata = { created_time: '2026-01-01T00:00:00.0Z', custom_metadata: null, deletion_time, destroyed, version };
  return {
    status: data && !deletion_time ? 200 : 404,
    body: { data: { data: deletion_time ? null : data, metadata } },
  };
}
