import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ProviderWorld } from '../../src/core/provider.ts';
import { InstantClock } from '../support/instant-clock.ts';
import { freePort, serveHttp } from '../support/loopback.ts';
import { type SecretWorld, secretWorld } from '../support/secret-world.ts';
import { type VaultFake, vaultFake } from '../support/vault.ts';

let world: SecretWorld;
let vault: VaultFake;

beforeEach(async () => {
  [world, vault] = await Promise.all([secretWorld(), vaultFake()]);
  vault.tokens.set('root-token', ['kv/', 'old/', 'db/']);
  vault.stores['kv'] = {
    type: 'kv',
    version: '2',
    secrets: {
      'shop/live': [
        { data: { url: 'url of version 1' } },
        { data: { url: 'url of version 2', port: 5432, 'a b': 'odd key' } },
      ],
      'shop/gone': [
        { data: { url: 'kept back' } },
        { data: { url: 'hunter2-gone' }, deletion_time: '2026-01-02T00:00:00Z' },
      ],
      'shop/burnt': [{ destroyed: true, deletion_time: '' }],
      'über/ä b': [{ data: { url: 'odd path' } }],
    },
  };
  vault.stores['old'] = { type: 'kv', version: '1', secrets: { shop: { url: 'url of the old store' } } };
  vault.stores['db'] = { type: 'database' };
});

afterEach(() => Promise.all([world.dispose(), vault.close()]));

describe('a secret of Vault', () => {
  test.each([
    ['vault:kv/shop/live#url', 'url of version 2'],
    ['vault://kv/shop/live#url@1', 'url of version 1'],
    ['vault:kv/shop/live#port', '5432'],
    ['vault:kv/shop/live#a b', 'odd key'],
    ['vault:kv/über/ä b#url', 'odd path'],
    ['vault:old/shop#url', 'url of the old store'],
  ])('%s is read', async (reference, value) => {
    expect(await lookUp(reference)).toBe(value);
  });

  test('is read once for all that refer to it, and its store asked for once', async () => {
    const { values, findings } = await world.resolve(
      { A: 'vault:kv/shop/live#url', B: 'vault:kv/shop/live#a b', C: 'vault:kv/shop/live#url@1' },
      { environment: access() },
    );
    expect(findings).toEqual([]);
    expect(Object.keys(values)).toEqual(['A', 'B', 'C']);
    expect(vault.requests.filter((request) => request.includes('/mounts/'))).toHaveLength(1);
    expect(vault.requests.filter((request) => request.includes('/data/')).sort()).toEqual([
      'GET /v1/kv/data/shop/live',
      'GET /v1/kv/data/shop/live?version=1',
    ]);
  });

  test('of one store is read though another is out of reach', async () => {
    const references = { A: 'vault:nowhere/x#a', B: 'vault:old/shop#url', C: 'vault:kv/shop/live#url' };
    const { values, findings } = await world.resolve(references, { environment: access() });
    expect(Object.keys(values)).toEqual(['B', 'C']);
    expect(findings).toMatchObject([
      { code: 'INSUFFICIENT_PERMISSIONS', message: expect.stringContaining('A: vault:nowhere') },
    ]);
  });

  test('of a namespace is read there', async () => {
    vault.namespace = 'team';
    expect(await lookUp('vault:kv/shop/live#url', { ...access(), VAULT_NAMESPACE: 'team' })).toBe('url of version 2');
    expect(await lookUp('vault:kv/shop/live#url')).toMatchObject([{ code: 'AUTH_FAILED' }]);
  });

  test('is found under the names of OpenBao too', async () => {
    const environment = { BAO_ADDR: `${vault.url}/`, BAO_TOKEN: 'root-token\n' };
    expect(await lookUp('vault:kv/shop/live#url', environment)).toBe('url of version 2');
  });

  test('of a Vault that tells nothing of its stores is that of a store without versions', async () => {
    vault.before = (request, response) => {
      if (!request.url?.includes('/mounts/')) return false;
      response.writeHead(404).end('{"errors":[]}');
      return true;
    };
    expect(await lookUp('vault:old/shop#url')).toBe('url of the old store');
  });
});

describe('a login', () => {
  const policy = ['kv/data/shop/'];
  const reads = { A: 'vault:kv/shop/live#url', B: 'vault:kv/shop/gone#url@1' };

  test.each([
    ['approle', { VAULT_ROLE_ID: 'role', VAULT_SECRET_ID: 'secret' }, { role_id: 'role', secret_id: 'secret' }, {}],
    ['jwt', { VAULT_JWT: 'a.b.c', VAULT_AUTH_ROLE: 'ci' }, { jwt: 'a.b.c', role: 'ci' }, {}],
    ['ci/gitlab', { VAULT_JWT: 'a.b.c' }, { jwt: 'a.b.c' }, { VAULT_AUTH_PATH: '/ci/gitlab/' }],
  ])('by %s is made once, and its token revoked after the last read', async (mount, credentials, body, more) => {
    vault.logins[`auth/${mount}/login`] = { body, policy };
    const environment = { VAULT_ADDR: vault.url, ...credentials, ...more };
    const { findings } = await world.resolve(reads, { environment });
    expect(findings).toEqual([]);
    expect(vault.requests.filter((request) => request.endsWith('/login'))).toHaveLength(1);
    expect(vault.requests.at(-1)).toBe('POST /v1/auth/token/revoke-self');
    expect([...vault.tokens.keys()]).toEqual(['root-token']);
  });

  test('is ended as well when a read fails', async () => {
    vault.logins['auth/jwt/login'] = { body: { jwt: 'a.b.c' }, policy };
    const environment = { VAULT_ADDR: vault.url, VAULT_JWT: 'a.b.c' };
    expect(await lookUp('vault:kv/other#x', environment)).toMatchObject([{ code: 'INSUFFICIENT_PERMISSIONS' }]);
    expect([...vault.tokens.keys()]).toEqual(['root-token']);
  });

  test('that is refused is told, without what was sent', async () => {
    vault.logins['auth/jwt/login'] = { body: { jwt: 'other' }, policy };
    const findings = await lookUp('vault:kv/shop/live#url', { VAULT_ADDR: vault.url, VAULT_JWT: 'hunter2.jwt' });
    expect(findings).toMatchObject([{ code: 'AUTH_FAILED', message: 'V: The JWT login at Vault was refused' }]);
    expect(JSON.stringify(findings)).not.toContain('hunter2');
  });

  test('is not needed with a token, and that is not revoked', async () => {
    expect(await lookUp('vault:kv/shop/live#url', { ...access(), VAULT_JWT: 'a.b.c' })).toBe('url of version 2');
    expect(vault.requests.every((request) => request.startsWith('GET'))).toBe(true);
  });
});

describe('what is wrong is told apart:', () => {
  test.each([
    ['vault:kv/shop/none#url', 'MISSING_ENV', 'vault:kv/shop/none is not there'],
    ['vault:kv/shop/live#urll', 'MISSING_ENV', 'nothing there has the name urll'],
    ['vault:kv/shop/live#url@9', 'MISSING_ENV', 'is not there, or has no version 9'],
    ['vault:kv/shop/gone#url', 'MISSING_ENV', 'version 2 was deleted'],
    ['vault:kv/shop/burnt#url', 'MISSING_ENV', 'version 1 was destroyed'],
    ['vault:kv/data/shop/live#url', 'MISSING_ENV', 'vault:kv/data/shop/live is not there'],
    ['vault:old/shop#url@1', 'INVALID_CONFIG', 'keeps no versions'],
    ['vault:db/creds/shop#password', 'INVALID_CONFIG', 'does not lie in a KV store'],
    ['vault:nowhere/shop#url', 'INSUFFICIENT_PERMISSIONS', 'or there is no such store'],
  ])('%s is %s', async (reference, code, words) => {
    const findings = await lookUp(reference);
    expect(findings).toMatchObject([
      { level: 'error', code, message: expect.stringContaining(words), fix: expect.any(String) },
    ]);
    expect(JSON.stringify(findings)).not.toContain('hunter2');
  });

  test('a path as the API has it gets the one to write', async () => {
    expect(await lookUp('vault:kv/data/shop/live#url')).toMatchObject([{ fix: 'Leave data/ out: vault:kv/shop/live' }]);
  });

  test('a token that is not known, and one without the right', async () => {
    vault.tokens.set('narrow', ['kv/data/other/']);
    const findings = await lookUp('vault:kv/shop/live#url', access('hunter2-token'));
    expect(findings).toMatchObject([
      { code: 'AUTH_FAILED', message: expect.stringContaining('does not take the token') },
    ]);
    expect(JSON.stringify(findings)).not.toContain('hunter2');
    expect(await lookUp('vault:kv/shop/live#url', access('narrow'))).toMatchObject([
      { code: 'INSUFFICIENT_PERMISSIONS', message: expect.stringContaining('vault:kv/shop/live') },
    ]);
  });

  test('a sealed Vault, asked for one only of many', async () => {
    vault.sealed = true;
    const references = { A: 'vault:kv/a#a', B: 'vault:kv/b#b', C: 'vault:old/c#c' };
    const { findings } = await world.resolve(references, { environment: access(), clock: new InstantClock() });
    expect(findings).toHaveLength(3);
    expect(vault.requests).toEqual(Array(3).fill('GET /v1/sys/internal/ui/mounts/kv/a'));
    expect(await lookUp('vault:kv/shop/live#url')).toMatchObject([
      { code: 'PLATFORM_UNAVAILABLE', message: expect.stringContaining('Vault is sealed') },
    ]);
  });

  test('nobody at the address', async () => {
    const environment = { ...access(), VAULT_ADDR: `http://127.0.0.1:${await freePort()}` };
    expect(await lookUp('vault:kv/shop/live#url', environment)).toMatchObject([
      { code: 'PLATFORM_UNAVAILABLE', message: expect.stringMatching(/refused/) },
    ]);
  });

  test.each([
    [{}, 'MISSING_ENV', 'VAULT_ADDR is not set'],
    [{ VAULT_ADDR: 'https://vault.example.com' }, 'AUTH_FAILED', 'no credentials for Vault'],
    [{ VAULT_ADDR: 'http://vault.example.com', VAULT_TOKEN: 'hunter2' }, 'INVALID_CONFIG', 'not an https:// address'],
    [
      { VAULT_ADDR: 'https://u:hunter2@vault.example.com', VAULT_TOKEN: 't' },
      'INVALID_CONFIG',
      'not an https:// address',
    ],
  ])('settings %j', async (environment, code, words) => {
    const findings = await lookUp('vault:kv/shop/live#url', environment as Record<string, string>);
    expect(findings).toMatchObject([{ code, message: expect.stringContaining(words) }]);
    expect(JSON.stringify(findings)).not.toContain('hunter2');
  });
});

describe('a bad answer', () => {
  test('sends the token nowhere else', async () => {
    const seen: unknown[] = [];
    const other = await serveHttp((request, response) => {
      seen.push(request.headers);
      response.end('{}');
    });
    vault.before = (_, response) => {
      response.writeHead(307, { location: `${other.url}/v1/kv/data/shop/live` }).end();
      return true;
    };
    expect(await lookUp('vault:kv/shop/live#url')).toMatchObject([
      { code: 'PLATFORM_UNAVAILABLE', message: expect.stringContaining('HTTP 307') },
    ]);
    expect(seen).toEqual([]);
    await other.close();
  });

  test.each([
    ['HTML', '<html>hunter2</html>'],
    ['half of it', '{"data":{"data":{"url":"hunter2'],
    ['a list', '["hunter2"]'],
    ['more than 1 MiB', `{"data":{"path":"kv/","type":"kv","x":"${'hunter2'.repeat(200_000)}"}}`],
  ])('%s is not usable, and not shown', async (_, text) => {
    vault.before = (__, response) => {
      response.writeHead(200).end(text);
      return true;
    };
    const findings = await lookUp('vault:kv/shop/live#url');
    expect(findings).toMatchObject([{ code: 'INVALID_ENV', message: expect.stringContaining('not one of Vault') }]);
    expect(JSON.stringify(findings)).not.toContain('hunter2');
  });

  test('that passes by itself is asked for again', async () => {
    for (const status of [500, 502, 429]) {
      let left = 2;
      vault.before = (_, response) => {
        if (left-- <= 0) return false;
        response.writeHead(status, { 'retry-after': '1' }).end('hunter2');
        return true;
      };
      expect(await lookUp('vault:kv/shop/live#url')).toBe('url of version 2');
    }
  });

  test.each([
    [500, 'PLATFORM_UNAVAILABLE'],
    [429, 'RATE_LIMIT_EXCEEDED'],
    [400, 'INVALID_ENV'],
  ])('HTTP %s that stays is %s', async (status, code) => {
    vault.before = (_, response) => {
      response.writeHead(status).end('{"errors":["hunter2"]}');
      return true;
    };
    const findings = await lookUp('vault:kv/shop/live#url');
    expect(findings).toMatchObject([{ code }]);
    expect(JSON.stringify(findings)).not.toContain('hunter2');
  });
});

test.each([
  'vault:kv/shop',
  'vault:kv#a',
  'vault:kv/../sys#a',
  'vault:kv//x#a',
  'vault:kv/x/#a',
  'vault:kv/x#a@0',
  'vault:kv/x#a@b',
])('%s is refused before anything is asked', async (reference) => {
  expect(await lookUp(reference)).toMatchObject([
    { code: 'INVALID_CONFIG', fix: expect.stringContaining('Write vault:') },
  ]);
  expect(vault.requests).toEqual([]);
});

function access(token = 'root-token'): Record<string, string> {
  return { VAULT_ADDR: vault.url, VAULT_TOKEN: token };
}

function lookUp(reference: string, environment: ProviderWorld['environment'] = access()) {
  return world.valueOf(reference, { environment, clock: new InstantClock() });
}
