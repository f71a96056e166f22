import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { ageKey, encrypted, hasAge, installAge } from './age.ts';
import type { AwsServer } from './aws/server.ts';
import { dotenvx, privateKeyIn } from './dotenvx.ts';
import { CANARIES, type Canary, OWN } from './leaks.ts';
import { type AwsStores, awsStores } from './stores/aws.ts';
import { connectFake } from './stores/connect.ts';
import { dopplerFake } from './stores/doppler.ts';
import { fakeProgram } from './stores/fake-program.ts';
import { infisicalFake } from './stores/infisical.ts';
import { vaultFake } from './vault.ts';

/** One provider as the leak test meets it: a store that holds canaries, and what deployer is known by there. */
export interface LeakStore {
  /** Name of a canary in upper case → the reference that gives it. All of them, but for those that no such store can hold. */
  readonly references: Readonly<Record<string, string>>;
  /** Variables that deployer is started with. */
  readonly env?: Readonly<Record<string, string>>;
  /** Stretches of tokens and keys that nobody but deployer and the store may ever have. */
  readonly credentials?: readonly string[];
  /** Files of the project, mode 0600. */
  readonly files?: Readonly<Record<string, string | Buffer>>;
  /** Where reading takes long: what is done in staging goes without it. */
  readonly production?: 'only';
  /** The program that is given the credentials, where one is. */
  readonly entitled?: string;
  /** Where values are written to, unless nothing can be. */
  readonly writes?: LeakPlace;
  /** Lines of the config's top level. */
  readonly config?: string;
  close?(): Promise<void>;
}

export interface LeakPlace {
  /** As `--to` has it. */
  readonly to: string;
  /** All that lies there now. */
  readonly text: () => string;
}

export const VALUES = Object.fromEntries(CANARIES.map(({ name, value }) => [name.toUpperCase(), value]));
const NAMES = Object.keys(VALUES);

/** One AWS for both of its stores, since a command asks one. */
let aws: Promise<AwsStores> | undefined;
/** Secrets inside of other text. */
const TEXTS = {
  LEAK_TEXT_PLAIN: 'before ${secret:env:OUTER_PLAIN} after',
  LEAK_TEXT_QUOTES: '${secret:env:OUTER_QUOTES}${secret:env:OUTER_NEWLINE}',
  LEAK_TEXT_URL: 'postgres://app:${secret:env:OUTER_URL|url}@db.example.com/app',
};

/** Every provider there is has to be here; `undefined` where its program cannot be had on this machine. */
export const LEAK_STORES: Readonly<Record<string, () => Promise<LeakStore | undefined>>> = {
  env: async () => ({
    references: named((name) => `env:OUTER_${name}`),
    env: Object.fromEntries(Object.entries(VALUES).map(([name, value]) => [`OUTER_${name}`, value])),
  }),
  dotenv: async () => {
    const lines = Object.fromEntries(NAMES.flatMap((name) => dotenvLine(name).map((line) => [name, line])));
    const files = { 'secrets.env': Object.values(lines).join('\n') };
    return { references: named((name) => `dotenv:secrets.env#${name}`, Object.keys(lines)), files };
  },
  exec: async () => ({
    references: named((name) => `exec:cat#${name}`),
    files: { 'secrets.json': JSON.stringify(VALUES) },
    config: 'secret_commands: { cat: { command: [cat, secrets.json] } }',
  }),
  vault: async () => {
    const vault = await vaultFake();
    const token = `Vt5canarytoken${OWN}`;
    vault.tokens.set(token, ['kv/']);
    vault.writers.set(token, ['kv/']);
    const secrets: Record<string, [{ data: typeof VALUES }]> = { leaks: [{ data: VALUES }] };
    vault.stores['kv'] = { type: 'kv', version: '2', secrets };
    return {
      references: named((name) => `vault:kv/leaks#${name}`),
      env: { VAULT_ADDR: vault.url, VAULT_TOKEN: token },
      credentials: [token],
      writes: { to: 'vault:kv/new', text: () => JSON.stringify(secrets['new']) },
      close: () => vault.close(),
    };
  },
  age: async () => {
    if (!hasAge()) return undefined;
    await installAge();
    const key = ageKey();
    return {
      references: named((name) => `age:secrets.age#${name}`),
      env: { AGE_KEY: key.secret },
      credentials: [key.secret.slice('AGE-SECRET-KEY-'.length)],
      files: { 'secrets.age': encrypted(JSON.stringify(VALUES), key) },
    };
  },
  dotenvx: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'leak-dotenvx-'));
    const lines = Object.fromEntries(NAMES.flatMap((name) => dotenvLine(name).map((line) => [name, line])));
    await writeFile(join(folder, '.env.sealed'), `${Object.values(lines).join('\n')}\n`);
    dotenvx(folder, 'encrypt', '-f', '.env.sealed');
    const key = privateKeyIn(folder, 'DOTENV_PRIVATE_KEY_SEALED');
    const sealed = await readFile(join(folder, '.env.sealed'));
    await rm(folder, { recursive: true });
    return {
      references: named((name) => `dotenvx:.env.sealed#${name}`, Object.keys(lines)),
      env: { DOTENV_PRIVATE_KEY_SEALED: key },
      credentials: [key],
      files: { '.env.sealed': sealed },
    };
  },
  sops: async () => {
    const root = await mkdtemp(join(tmpdir(), 'leak-sops-'));
    const key = `AGE-SECRET-KEY-1SOPS${OWN.toUpperCase()}`;
    const good = `env.SOPS_AGE_KEY === ${JSON.stringify(key)}`;
    const { folder } = await fakeProgram(
      root,
      'sops',
      `return ${good} ? require('node:fs').readFileSync(args[3], 'utf8') : fail(128, 'no key')`,
    );
    return {
      references: named((name) => `sops:secrets.enc.json#${name}`),
      env: { SOPS_AGE_KEY: key, PATH: `${folder}:${process.env['PATH']}` },
      credentials: [key],
      files: { 'secrets.enc.json': JSON.stringify(VALUES) },
      entitled: join(folder, 'sops'),
      close: () => rm(root, { recursive: true }),
    };
  },
  doppler: async () => {
    const doppler = await dopplerFake();
    const token = `dp.st.${OWN}doppler`;
    doppler.tokens.set(token, ['leaks/prd', 'leaks/new']);
    doppler.writers.add(token);
    doppler.configs['leaks/prd'] = VALUES;
    doppler.configs['leaks/new'] = {};
    return {
      references: named((name) => `doppler:leaks/prd#${name}`),
      env: { DOPPLER_TOKEN: token, DOPPLER_API_HOST: doppler.url },
      credentials: [token],
      writes: { to: 'doppler:leaks/new', text: () => JSON.stringify(doppler.configs['leaks/new']) },
      close: () => doppler.close(),
    };
  },
  infisical: async () => {
    const infisical = await infisicalFake();
    const secret = `client${OWN}infisical`;
    infisical.clients['client'] = secret;
    const secrets = Object.entries(VALUES).map(([name, value]) => ({ name, versions: [value] }));
    infisical.folders['leaks/prod/'] = { secrets };
    infisical.folders['leaks/new/'] = { secrets: [] };
    return {
      references: named((name) => `infisical:leaks/prod#${name}`),
      env: {
        INFISICAL_API_URL: infisical.url,
        INFISICAL_UNIVERSAL_AUTH_CLIENT_ID: 'client',
        INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET: secret,
      },
      credentials: [secret],
      writes: { to: 'infisical:leaks/new', text: () => JSON.stringify(infisical.folders['leaks/new/']) },
      close: () => infisical.close(),
    };
  },
  op: async () => {
    const connect = await connectFake();
    const [token, id] = [`connect${OWN}token`, 'a'.repeat(26)];
    connect.tokens.set(token, [id]);
    const fields = Object.entries(VALUES).map(([label, value], index) => ({ id: `f${index}`, label, value }));
    connect.vaults.push({ id, name: 'Shop', items: [{ id: 'b'.repeat(26), title: 'Leaks', version: 1, fields }] });
    return {
      references: named((name) => `op://Shop/Leaks/${name}`),
      env: { OP_CONNECT_HOST: connect.url, OP_CONNECT_TOKEN: token },
      credentials: [token],
      close: () => connect.close(),
    };
  },
  'aws-sm': async () => {
    const { server, secrets } = await sharedAws();
    secrets.set('leaks', { versions: [{ id: '11111111-1111-4111-8111-111111111111', text: JSON.stringify(VALUES) }] });
    return {
      ...onAws(server),
      references: named((name) => `aws-sm:leaks#${name}`),
      writes: { to: 'aws-sm:new', text: () => JSON.stringify(secrets.get('new')) },
      close: () => server.close(),
    };
  },
  'aws-ssm': async () => {
    const { server, parameters } = await sharedAws();
    for (const [name, value] of Object.entries(VALUES)) parameters.set(`/leaks/${name}`, [value]);
    return {
      ...onAws(server),
      references: named((name) => `aws-ssm:/leaks/${name}`),
      writes: {
        to: 'aws-ssm:/leaks/new/{KEY}',
        text: () => [...parameters].flatMap(([name, values]) => (name.startsWith('/leaks/new/') ? values : [])).join(),
      },
    };
  },
};

/** Both stores are behind one address. */
function sharedAws(): Promise<AwsStores> {
  aws ??= awsStores();
  return aws;
}

/** Its library takes long to load. */
function onAws(server: AwsServer): Pick<LeakStore, 'env' | 'credentials' | 'production'> {
  const env = server.environment();
  const credentials = [env['AWS_SECRET_ACCESS_KEY'] ?? ''];
  return { env, credentials, production: 'only' };
}

/** All of the stores as one. Variables are called `LEAK_<PROVIDER>_<CANARY>`. */
export interface LeakStores {
  /** Variable → reference. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Those that production alone has. */
  readonly productionOnly: ReadonlySet<string>;
  /** Variables with secrets in their text. */
  readonly variables: Readonly<Record<string, string>>;
  /** Providers that could not be had. */
  readonly missing: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly credentials: readonly Canary[];
  /** Where values can be written to. */
  readonly places: readonly LeakPlace[];
  /** Programs that are given credentials. */
  readonly entitled: readonly string[];
  readonly files: Readonly<Record<string, string | Buffer>>;
  readonly config: string;
  close(): Promise<void>;
}

export async function openLeakStores(): Promise<LeakStores> {
  const opened = await Promise.all(
    Object.entries(LEAK_STORES).map(async ([name, open]) => ({ name, store: await open() })),
  );
  const there = opened.flatMap(({ name, store }) => (store ? [{ name, store }] : []));
  const secrets = there.flatMap(({ name, store }) =>
    Object.entries(store.references).map(([canary, reference]) => [variableOf(name, canary), reference]),
  );
  return {
    secrets: Object.fromEntries(secrets),
    productionOnly: new Set(
      there.flatMap(({ name, store }) =>
        store.production ? Object.keys(store.references).map((canary) => variableOf(name, canary)) : [],
      ),
    ),
    variables: TEXTS,
    missing: opened.filter(({ store }) => !store).map(({ name }) => name),
    env: Object.assign({}, ...there.map(({ store }) => store.env)),
    credentials: there.flatMap(({ name, store }) => (store.credentials ?? []).map((value) => credential(name, value))),
    places: there.flatMap(({ store }) => store.writes ?? []),
    entitled: there.flatMap(({ store }) => store.entitled ?? []),
    files: Object.assign({}, ...there.map(({ store }) => store.files)),
    config: there.flatMap(({ store }) => store.config ?? []).join('\n'),
    close: async () => void (await Promise.all(there.map(({ store }) => store.close?.()))),
  };
}

export function variableOf(provider: string, canary: string): string {
  return `LEAK_${provider.toUpperCase().replaceAll('-', '_')}_${canary}`;
}

function named(reference: (name: string) => string, names: readonly string[] = NAMES): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, reference(name)]));
}

function credential(provider: string, value: string): Canary {
  return { name: `credential of ${provider}`, value, cores: [value] };
}

/** In whichever quotes give the value back; none do for some. */
function dotenvLine(name: string): string[] {
  const quoted = ["'", '"', '`'].map((quote) => `${name}=${quote}${VALUES[name]}${quote}`);
  return quoted.filter((line) => parseEnv(line)[name] === VALUES[name]).slice(0, 1);
}
