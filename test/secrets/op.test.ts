import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InstantClock } from '../support/instant-clock.ts';
import { type SecretWorld, secretWorld } from '../support/secret-world.ts';
import { type ConnectFake, connectFake } from '../support/stores/connect.ts';
import { type FakeProgram, fakeProgram } from '../support/stores/fake-program.ts';

const VAULT = 'aaaaaaaaaaaaaaaaaaaaaaaaaa';
const ITEM = {
  id: 'bbbbbbbbbbbbbbbbbbbbbbbbbb',
  title: 'Shop DB',
  version: 7,
  sections: [
    { id: 's1', label: 'Live' },
    { id: 's2', label: 'Test' },
  ],
  fields: [
    { id: 'password', label: 'password', value: 'of the item' },
    { id: 'f1', label: 'password', value: 'of Live', section: { id: 's1' } },
    { id: 'f2', label: 'Key', value: 'key of Live', section: { id: 's1' } },
    { id: 'f3', label: 'Key', value: 'key of Test', section: { id: 's2' } },
    { id: 'notesPlain', label: 'notesPlain' },
  ],
};

const READ: [string, string][] = [
  ['op://Shop/Shop DB/password', 'of the item'],
  ['op:Shop/Shop DB/PASSWORD', 'of the item'],
  ['op://Shop/Shop DB/Live/password', 'of Live'],
  ['op://Shop/Shop DB/s2/key', 'key of Test'],
  ['op://Shop/Shop DB/f2', 'key of Live'],
  [`op://${VAULT}/${ITEM.id}/password`, 'of the item'],
];

const WRONG: [string, string, string][] = [
  ['op://Shop/Shop DB/passwort', 'MISSING_ENV', 'nothing there has the name passwort'],
  ['op://Shop/Shop DB/notesPlain', 'MISSING_ENV', 'nothing there has the name notesPlain'],
  ['op://Shop/Shop DB/Key', 'INVALID_CONFIG', 'several fields'],
  ['op://Shop/Other/password', 'MISSING_ENV', 'there is no such'],
  ['op://Nowhere/Shop DB/password', 'MISSING_ENV', 'there is no such vault'],
];

let world: SecretWorld;

beforeEach(async () => {
  world = await secretWorld();
});

afterEach(() => world.dispose());

describe('by Connect', () => {
  let connect: ConnectFake;

  beforeEach(async () => {
    connect = await connectFake();
    connect.tokens.set('connect-token', [VAULT]);
    connect.vaults.push({ id: VAULT, name: 'Shop', items: [ITEM] }, { id: 'c'.repeat(26), name: 'Other', items: [] });
  });

  afterEach(() => connect.close());

  test.each(READ)('%s is read', async (reference, value) => {
    expect(await lookUp(reference)).toBe(value);
  });

  test('an item is read once for all its fields, and its vault found once', async () => {
    const references = Object.fromEntries(READ.map(([reference], index) => [`V${index}`, reference]));
    const { findings } = await world.resolve(references, { environment: access() });
    expect(findings).toEqual([]);
    expect(connect.requests.sort()).toEqual([
      'GET /v1/vaults',
      `GET /v1/vaults/${VAULT}/items`,
      `GET /v1/vaults/${VAULT}/items/${ITEM.id}`,
      `GET /v1/vaults/${VAULT}/items/${ITEM.id}`,
    ]);
  });

  test.each(WRONG)('%s is %s', async (reference, code, words) => {
    expect(await lookUp(reference)).toMatchObject([
      { code, message: expect.stringContaining(words), fix: expect.any(String) },
    ]);
  });

  test('a vault that the token may not see, by its name and by its ID', async () => {
    expect(await lookUp('op://Other/x/y')).toMatchObject([{ code: 'MISSING_ENV' }]);
    expect(await lookUp(`op://${'c'.repeat(26)}/x/y`)).toMatchObject([{ code: 'INSUFFICIENT_PERMISSIONS' }]);
  });

  function access() {
    return { OP_CONNECT_HOST: connect.url, OP_CONNECT_TOKEN: 'connect-token' };
  }

  function lookUp(reference: string) {
    return world.valueOf(reference, { environment: access(), clock: new InstantClock() });
  }
});

describe('by the program op', () => {
  let op: FakeProgram;

  beforeEach(async () => {
    op = await fakeProgram(
      world.root,
      'op',
      `if (env.OP_SERVICE_ACCOUNT_TOKEN !== 'ops_good') fail(1, '[ERROR] 2026/11/21 10:00:00 (401) Unauthorized: hunter2');
       const [item, get, name, vaultFlag, vault, formatFlag, format, ...more] = args;
       if (item + get + vaultFlag + formatFlag + format !== 'itemget--vault--formatjson' || more.length > 0)
         fail(1, '[ERROR] unknown flag');
       if (vault !== 'Shop' && vault !== '${VAULT}') fail(1, '[ERROR] 2026/11/21 10:00:00 "' + vault + '" isn\\'t a vault in this account. Specify the vault with its ID or name.');
       if (name === 'Twice') fail(1, '[ERROR] 2026/11/21 10:00:00 More than one item matches "Twice". Try again and specify the item by its ID');
       if (name === 'Broken') return 'hunter2';
       if (name === 'Away') fail(1, '[ERROR] 2026/11/21 10:00:00 dial tcp: lookup my.1password.com: no such host');
       if (name !== 'Shop DB' && name !== '${ITEM.id}') fail(1, '[ERROR] 2026/11/21 10:00:00 "' + name + '" isn\\'t an item in the "' + vault + '" vault.');
       return ${JSON.stringify(JSON.stringify(ITEM))};`,
    );
  });

  test.each(READ)('%s is read', async (reference, value) => {
    expect(await lookUp(reference)).toBe(value);
  });

  test('it runs once for each item, and gets its own credentials alone', async () => {
    const references = { A: 'op://Shop/Shop DB/password', B: 'op://Shop/Shop DB/Live/Key' };
    const environment = { ...access(), OP_CONNECT_HOST: 'https://half.example.com', AWS_SECRET_ACCESS_KEY: 'x' };
    const { findings } = await world.resolve(references, { environment });
    expect(findings).toEqual([]);
    expect(await op.calls()).toEqual([
      {
        args: ['item', 'get', 'Shop DB', '--vault', 'Shop', '--format', 'json'],
        variables: ['OP_SERVICE_ACCOUNT_TOKEN'],
      },
    ]);
  });

  test.each<[string, string, string]>([
    ...WRONG,
    ['op://Shop/Twice/x', 'INVALID_CONFIG', 'several items'],
    ['op://Shop/Broken/x', 'INVALID_ENV', 'did not write an item'],
    ['op://Shop/Away/x', 'PLATFORM_UNAVAILABLE', 'cannot be reached'],
  ])('%s is %s', async (reference, code, words) => {
    const findings = await lookUp(reference);
    expect(findings).toMatchObject([{ code, message: expect.stringContaining(words), fix: expect.any(String) }]);
    expect(JSON.stringify(findings)).not.toContain('hunter2');
  });

  test('wrong credentials, and no program', async () => {
    const findings = await lookUp('op://Shop/Shop DB/password', { ...access(), OP_SERVICE_ACCOUNT_TOKEN: 'ops_bad' });
    expect(findings).toMatchObject([{ code: 'AUTH_FAILED', fix: expect.stringContaining('OP_SERVICE_ACCOUNT_TOKEN') }]);
    expect(JSON.stringify(findings)).not.toContain('hunter2');
    expect(await lookUp('op://Shop/Shop DB/password', { PATH: world.root })).toMatchObject([
      { code: 'COMMAND_FAILED', fix: expect.stringContaining('Install') },
    ]);
  });

  function access(): Record<string, string> {
    return { PATH: op.folder, OP_SERVICE_ACCOUNT_TOKEN: 'ops_good' };
  }

  function lookUp(reference: string, environment = access()) {
    return world.valueOf(reference, { environment });
  }
});

test.each([
  'op://Shop/Item',
  'op://Shop/Item/a/b/c',
  'op://Shop/-v/x',
  'op://Shop/It"em/x',
  'op:Shop/Item/x#y',
  'op:a//b',
])('%s is refused', async (reference) => {
  expect(await world.valueOf(reference)).toMatchObject([
    { code: 'INVALID_CONFIG', fix: expect.stringContaining('Copy the secret reference') },
  ]);
});
