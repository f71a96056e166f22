import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Http } from '../../src/core/ports.ts';
import { systemHttp } from '../../src/system/http.ts';
import { InstantClock } from '../support/instant-clock.ts';
import { freePort, serveHttp } from '../support/loopback.ts';
import { type SecretWorld, secretWorld } from '../support/secret-world.ts';
import { connectFake } from '../support/stores/connect.ts';
import { dopplerFake } from '../support/stores/doppler.ts';
import { infisicalFake } from '../support/stores/infisical.ts';
import type { StoreFake } from '../support/stores/store-fake.ts';
import { vaultFake } from '../support/vault.ts';

interface Store {
  readonly fake: Pick<StoreFake, 'url' | 'close'> & { before?: StoreFake['before']; requests: string[] };
  readonly reference: string;
  environment(url: string): Record<string, string>;
  /** A whole answer of the store with a value that is no text. */
  readonly wrongType: unknown;
}

const TOKEN = 'hunter2-token';

/** Each with a secret that can be read, by a token that nobody may see. */
const STORES: Record<string, () => Promise<Store>> = {
  vault: async () => {
    const fake = await vaultFake();
    fake.tokens.set(TOKEN, ['kv/']);
    fake.stores['kv'] = { type: 'kv', version: '2', secrets: { shop: [{ data: { url: 'hunter2-value' } }] } };
    return {
      fake,
      reference: 'vault:kv/shop#url',
      environment: (url) => ({ VAULT_ADDR: url, VAULT_TOKEN: TOKEN }),
      wrongType: { data: { path: 'kv/', type: 'kv', options: { version: '2' }, data: { url: { a: 'hunter2' } } } },
    };
  },
  doppler: async () => {
    const fake = await dopplerFake();
    fake.tokens.set(TOKEN, ['shop/prd']);
    fake.configs['shop/prd'] = { URL: 'hunter2-value' };
    return {
      fake,
      reference: 'doppler:shop/prd#URL',
      environment: (url) => ({ DOPPLER_API_HOST: url, DOPPLER_TOKEN: TOKEN }),
      wrongType: { URL: { a: 'hunter2' } },
    };
  },
  infisical: async () => {
    const fake = await infisicalFake();
    fake.tokens.set(TOKEN, ['']);
    fake.folders['p1/prod/'] = { secrets: [{ name: 'URL', versions: ['hunter2-value'] }] };
    return {
      fake,
      reference: 'infisical:p1/prod#URL',
      environment: (url) => ({ INFISICAL_API_URL: `${url}/api`, INFISICAL_TOKEN: TOKEN }),
      wrongType: { secrets: [{ secretKey: 'URL', secretValue: ['hunter2'], version: 1 }] },
    };
  },
  'op by Connect': async () => {
    const fake = await connectFake();
    const [vault, id] = ['vaultvaultvaultvaultvaultv', 'itemitemitemitemitemitemit'];
    fake.tokens.set(TOKEN, [vault]);
    const fields = [{ id: 'url', label: 'url', value: 'hunter2-value' }];
    fake.vaults.push({ id: vault, name: 'Shop', items: [{ id, title: 'Database', version: 1, fields }] });
    return {
      fake,
      reference: `op://${vault}/${id}/url`,
      environment: (url) => ({ OP_CONNECT_HOST: url, OP_CONNECT_TOKEN: TOKEN }),
      wrongType: { id, version: 1, fields: [{ id: 'url', label: 'url', value: ['hunter2'] }] },
    };
  },
};

describe.each(Object.entries(STORES))('row D5 of %s:', (_, make) => {
  let world: SecretWorld;
  let store: Store;

  beforeEach(async () => {
    [world, store] = await Promise.all([secretWorld(), make()]);
  });

  afterEach(() => Promise.all([world.dispose(), store.fake.close()]));

  test('the secret is read when nothing is wrong', async () => {
    expect(await lookUp()).toBe('hunter2-value');
  });

  test.each<[string, number, string]>([
    ['no right', 403, '(AUTH_FAILED|INSUFFICIENT_PERMISSIONS)'],
    ['not there', 404, '(MISSING_ENV)'],
    ['slow down', 429, '(RATE_LIMIT_EXCEEDED)'],
    ['bad request', 400, '(INVALID_ENV)'],
    ['broken', 500, '(PLATFORM_UNAVAILABLE)'],
  ])('%s (HTTP %i)', async (_what, status, codes) => {
    store.fake.before = (_request, response) => end(response, status, { errors: ['hunter2'] });
    await expectOne(codes);
  });

  test('a redirect is not followed, and its target gets no token', async () => {
    const seen: unknown[] = [];
    const other = await serveHttp((request, response) => {
      seen.push(request.headers);
      response.end('{}');
    });
    store.fake.before = (request, response) => {
      response.writeHead(302, { location: `${other.url}${request.url}` }).end();
      return true;
    };
    await expectOne('(PLATFORM_UNAVAILABLE)');
    await other.close();
    expect(seen).toEqual([]);
  });

  test.each<[string, string]>([
    ['HTML', '<html>hunter2</html>'],
    ['half an answer', '{"data":{"secrets":[{"secretKey":"URL","secretValue":"hunter2'],
    ['a list', '["hunter2"]'],
    ['50 MB', `{"URL":"${'hunter2'.repeat(7_500_000)}"}`],
  ])('%s is not usable', async (_what, text) => {
    store.fake.before = (_request, response) => {
      response
        .writeHead(200)
        .on('error', () => undefined)
        .end(text);
      return true;
    };
    await expectOne('(INVALID_ENV)');
  });

  test('a value that is no text is not usable', async () => {
    store.fake.before = (_request, response) => end(response, 200, store.wrongType);
    await expectOne('(INVALID_ENV)');
  });

  test('no answer ends after 10 s, and is not asked for again', async () => {
    store.fake.before = () => true;
    const limits: number[] = [];
    const real = systemHttp();
    const hasty: Http = {
      send: (request) => {
        limits.push(request.timeout);
        return real.send({ ...request, timeout: 100 });
      },
    };
    await expectOne('(TIMEOUT)', { http: hasty });
    expect(limits).toEqual([10_000]);
  });

  test('nobody at the address', async () => {
    await expectOne('(PLATFORM_UNAVAILABLE)', {}, `http://127.0.0.1:${await freePort()}`);
  });

  test.each([
    'http://example.com',
    'ftp://127.0.0.1',
    'https://u:hunter2@example.com',
    'hunter2',
  ])('an address such as %s gets no token', async (address) => {
    await expectOne('(INVALID_CONFIG)', {}, address);
  });

  function lookUp(more: { http?: Http } = {}, url = store.fake.url) {
    const environment = store.environment(url);
    return world.valueOf(store.reference, { environment, clock: new InstantClock(), ...more });
  }

  async function expectOne(codes: string, more?: { http?: Http }, url?: string) {
    const findings = await lookUp(more, url);
    const [code, fix] = [expect.stringMatching(`^${codes}$`), expect.any(String)];
    expect(findings).toEqual([{ level: 'error', code, key: 'V', message: expect.stringMatching(/V\b/), fix }]);
    expect(JSON.stringify(findings)).not.toContain('hunter2');
  }
});

function end(response: ServerResponse, status: number, body: unknown): true {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  return true;
}
