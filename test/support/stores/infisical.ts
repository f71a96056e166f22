import { randomUUID } from 'node:crypto';
import { type Asked, hasOnly, type Reply, type StoreFake, storeFake } from './store-fake.ts';

export interface StoredSecret {
  readonly name: string;
  /** From version 1 on. */
  readonly versions: readonly string[];
  readonly isHidden?: boolean;
}

export interface InfisicalFake extends StoreFake {
  /** `PROJECT/ENVIRONMENT/PATH` → what is there; a path starts with a slash. */
  readonly folders: Record<
    string,
    { secrets: readonly StoredSecret[]; imports?: readonly (readonly StoredSecret[])[] }
  >;
  /** Client ID → its secret. */
  readonly clients: Record<string, string>;
  /** Tokens that are good → the prefixes of folders that they may read. */
  readonly tokens: Map<string, readonly string[]>;
  /** Tokens that may only read. */
  readonly readers: Set<string>;
  /** Changes wait for somebody's approval. */
  isGuarded: boolean;
  /** A server from before version 4 of the API. */
  isOld: boolean;
}

type Content = Pick<InfisicalFake, 'folders' | 'clients' | 'tokens' | 'readers' | 'isGuarded' | 'isOld'>;

/** What Infisical answers to logins by universal auth, reads of secrets, and the ends of tokens; else its own 404. */
export async function infisicalFake(): Promise<InfisicalFake> {
  const sets = { tokens: new Map<string, readonly string[]>(), readers: new Set<string>() };
  const content: Content = { folders: {}, clients: {}, ...sets, isGuarded: false, isOld: false };
  const fake: InfisicalFake = Object.assign(await storeFake((asked) => replyTo(fake, asked)), content);
  return fake;
}

function replyTo(fake: Content, asked: Asked): Reply {
  const { method, path } = asked;
  if (method === 'POST' && path === '/api/v1/auth/universal-auth/login') return logIn(fake, asked);
  if (method === 'POST' && path === '/api/v1/auth/token/revoke') return revoke(fake, asked);
  const base = fake.isOld ? '/api/v3/secrets/raw' : '/api/v4/secrets';
  if (method === 'GET' && (path === base || path.startsWith(`${base}/`)))
    return read(fake, asked, decodeURIComponent(path.slice(base.length + 1)));
  if ((method === 'POST' || method === 'PATCH') && path.startsWith(`${base}/`))
    return write(fake, asked, decodeURIComponent(path.slice(base.length + 1)));
  return { status: 404, body: { message: `Route ${method}:${path} not found`, error: 'Not Found', statusCode: 404 } };
}

function logIn({ clients, tokens }: Content, { body, headers }: Asked): Reply {
  const { clientId, clientSecret, ...rest } = JSON.parse(body);
  if (headers['content-type'] !== 'application/json' || Object.keys(rest).length > 0)
    return refusal(422, 'ValidationFailure');
  if (clients[clientId] !== clientSecret) return refusal(401, 'UnauthorizedError');
  const accessToken = `st.${clientId}.${randomUUID()}`;
  tokens.set(accessToken, ['']);
  return { status: 200, body: { accessToken, expiresIn: 7200, accessTokenMaxTTL: 7200, tokenType: 'Bearer' } };
}

function revoke({ tokens }: Content, { body }: Asked): Reply {
  const isThere = tokens.delete(JSON.parse(body).accessToken);
  return isThere ? { status: 200, body: { message: 'revoked' } } : refusal(404, 'NotFound');
}

function read({ folders, tokens, isOld }: Content, { query, headers }: Asked, name: string): Reply {
  const [, token] = /^Bearer (\S+)$/.exec(headers.authorization ?? '') ?? [];
  const readable = tokens.get(token ?? '');
  if (!readable) return refusal(403, 'TokenError');
  const project = isOld ? 'workspaceId' : 'projectId';
  const more = name === '' ? 'include_imports' : 'version';
  if (!hasOnly(query, project, 'environment', 'secretPath', 'expandSecretReferences', more))
    return refusal(422, 'ValidationFailure');
  const place = `${query[project]}/${query['environment']}${query['secretPath']}`;
  if (!readable.some((prefix) => place.startsWith(prefix))) return refusal(403, 'PermissionDenied');
  const folder = folders[place];
  if (!folder) return refusal(404, 'NotFound');
  if (name !== '') return oneOf(folder.secrets, name, Number(query['version']));
  const imports = (query['include_imports'] === 'true' ? (folder.imports ?? []) : []).map((secrets) => ({
    secretPath: '/x',
    environment: 'x',
    secrets: secrets.map(newest),
  }));
  return { status: 200, body: { secrets: folder.secrets.map(newest), imports } };
}

/** Each change is a version more, and blanks at the ends are cut off. */
function write(fake: Content, { method, headers, body }: Asked, name: string): Reply {
  const { folders, tokens, readers, isGuarded, isOld } = fake;
  const [, token = ''] = /^Bearer (\S+)$/.exec(headers.authorization ?? '') ?? [];
  const readable = tokens.get(token);
  if (!readable) return refusal(403, 'TokenError');
  const { secretValue, type, environment, secretPath, ...rest } = JSON.parse(body);
  const { [isOld ? 'workspaceId' : 'projectId']: project, ...more } = rest;
  if (headers['content-type'] !== 'application/json' || type !== 'shared' || Object.keys(more).length > 0)
    return refusal(422, 'ValidationFailure');
  const place = `${project}/${environment}${secretPath}`;
  if (readers.has(token) || !readable.some((prefix) => place.startsWith(prefix)))
    return refusal(403, 'PermissionDenied');
  const folder = folders[place];
  if (!folder) return refusal(404, 'NotFound');
  const old = folder.secrets.find((secret) => secret.name === name);
  if (method === 'POST' && old) return refusal(400, `Secret already exist: ${secretValue}`);
  if (method === 'PATCH' && !old) return refusal(404, 'NotFound');
  if (isGuarded) return { status: 200, body: { approval: { id: 'a', status: 'open' } } };
  const kept = secretValue.endsWith('\n') ? `${secretValue.trim()}\n` : secretValue.trim();
  const secret = { name, versions: [...(old?.versions ?? []), kept] };
  folder.secrets = [...folder.secrets.filter((one) => one !== old), secret];
  return { status: 200, body: { secret: newest(secret) } };
}

function oneOf(secrets: readonly StoredSecret[], name: string, version: number): Reply {
  const stored = secrets.find((secret) => secret.name === name);
  if (!stored?.versions[version - 1]) return refusal(404, 'NotFound');
  return { status: 200, body: { secret: shown(stored, version) } };
}

function newest(secret: StoredSecret) {
  return shown(secret, secret.versions.length);
}

function shown({ name, versions, isHidden = false }: StoredSecret, version: number) {
  const secretValue = isHidden ? '<hidden-by-infisical>' : versions[version - 1];
  return { id: name, secretKey: name, secretValue, secretValueHidden: isHidden, version, type: 'shared' };
}

function refusal(statusCode: number, error: string): Reply {
  return { status: statusCode, body: { reqId: 'req-1', statusCode, error, message: 'No' } };
}
