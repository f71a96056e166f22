import { chmod, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ageKey, encrypted, hasAge, installAge } from '../support/age.ts';
import { CANARIES, type Canary, findLeaks, folderSinks, type Sink, watchProcesses } from '../support/leaks.ts';
import { type Outcome, type Project, projectOf } from '../support/project.ts';
import { type VaultFake, vaultFake } from '../support/vault.ts';

const PRELOAD = resolve(import.meta.dirname, '../support/crash/preload.js');
if (hasAge()) await installAge();
const KEY = hasAge() ? ageKey() : undefined;

const NAMES = CANARIES.map(({ name }) => name.toUpperCase());

/** In whichever quotes give the value back. */
function dotenvLine(name: string, value: string): string[] {
  const quoted = ["'", '"', '`'].map((quote) => `${name}=${quote}${value}${quote}`);
  return quoted.filter((line) => parseEnv(line)[name] === value).slice(0, 1);
}

const DOTENV = CANARIES.flatMap(({ name, value }) => dotenvLine(name.toUpperCase(), value));
const FROM_DOTENV = DOTENV.map((line) => line.slice(0, line.indexOf('=')));
const SECRETS = [
  ...NAMES.map((name) => `E_${name}: "env:OUTER_${name}"`),
  ...FROM_DOTENV.map((name) => `D_${name}: "dotenv:secrets.env#${name}"`),
  ...['PLAIN', 'BACKSLASH', 'UNICODE'].map((name) => `X_${name}: "exec:cat#${name}"`),
  ...['PLAIN', 'NEWLINE'].map((name) => `V_${name}: "vault:kv/leaks#${name}"`),
  ...(KEY ? ['PLAIN', 'QUOTES'].map((name) => `A_${name}: "age:secrets.age#${name}"`) : []),
];
/** One letter for each kind of reference; variables begin with it. */
const PROVIDERS = [...new Set(SECRETS.map((secret) => secret.charAt(0)))];
const SECRET_NAMES = SECRETS.map((secret) => secret.slice(0, secret.indexOf(':'))).join(', ');

const CONFIG = `version: 1
project: leaks
defaults: { driver: local }
services:
  app:
    path: app
    build: { command: node build.js, output: dist, env: [${SECRET_NAMES}] }
    start: node server.js
    env: [${SECRET_NAMES}]
    health: { path: /, timeout: 3s, interval: 50ms, successes: 1 }
  other:
    path: other
    start: node other.js
    env: [GREETING]
    health: { path: /, timeout: 10s, interval: 50ms, successes: 1 }
databases:
  main:
    connection_env: DATABASE_URL
    migrations: { engine: raw, path: db }
secret_commands: { cat: { command: [cat, secrets.json] } }
environments:
  staging: { mode: staging, variables: { GREETING: hi, DATABASE_URL: "sqlite:staging.db" }, secrets: { ${SECRETS.join(', ')} } }
  production: { mode: production, variables: { GREETING: hi, DATABASE_URL: "sqlite:production.db" }, secrets: { ${SECRETS.join(', ')} } }
`;

/** Tells everything it was given, in every way that a careless program does. */
const TELL = `const own = Object.entries(process.env).filter(([name]) => /^[${PROVIDERS.join('')}]_/.test(name));
for (const [name, value] of own) {
  console.log(name + '=' + value);
  console.error(value);
  console.log(Buffer.from(value).toString('base64'), Buffer.from('u:' + value).toString('base64'), encodeURIComponent(value));
}
console.log(process.env);
console.log(JSON.stringify(process.env));
`;
const VALUES = Object.fromEntries(CANARIES.map(({ name, value }) => [name.toUpperCase(), value]));
/** What deployer is known by at a store; nobody else ever has it. */
const TOKEN: Canary = credential('token', `Vt5canarytoken${process.pid}`);

function credential(name: string, value: string): Canary {
  return { name, value, cores: [value] };
}

const CREDENTIALS = [TOKEN, ...(KEY ? [credential('key', KEY.secret.slice('AGE-SECRET-KEY-'.length))] : [])];
const ALL = [...CANARIES, ...CREDENTIALS];

const FILES = {
  'deploy.config.yaml': CONFIG,
  'secrets.env': DOTENV.join('\n'),
  'secrets.json': JSON.stringify(VALUES),
  'app/version.txt': 'one',
  'app/build.js': `${TELL}
const fs = require('node:fs');
const version = fs.readFileSync('version.txt', 'utf8');
if (version === 'broken') throw new Error(JSON.stringify(process.env));
fs.mkdirSync('dist', { recursive: true });
for (const file of ['server.js', 'version.txt']) fs.copyFileSync(file, 'dist/' + file);
`,
  'app/server.js': `${TELL}
const version = require('node:fs').readFileSync('version.txt', 'utf8');
if (version === 'ends') throw new Error(JSON.stringify(process.env));
const server = require('node:http').createServer((request, response) => {
  if (version === 'sick') response.writeHead(503, { 'x-values': 'none' }).end(Object.values(process.env).join(' '));
  else response.end(version);
});
process.on('SIGTERM', () => server.close(() => process.exit(0)));
server.listen(Number(process.env.PORT), '127.0.0.1');
`,
  'other/other.js': `const server = require('node:http').createServer((request, response) => response.end(JSON.stringify(process.env)));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
server.listen(Number(process.env.PORT), '127.0.0.1');
`,
  'db/0001_table.sql': 'CREATE TABLE notes (text TEXT);\n',
};

describe('a secret', () => {
  const outputs: Sink[] = [];
  let project: Project;
  let vault: VaultFake;
  let processes: ReturnType<ReturnType<typeof watchProcesses>['stop']>;
  const outer = Object.fromEntries(CANARIES.map(({ name, value }) => [`OUTER_${name.toUpperCase()}`, value]));

  const run = async (args: readonly string[], node: readonly string[] = [], more = {}): Promise<Outcome> => {
    const outcome = await project.run(args, { env: { ...outer, ...credentials(), ...more }, node });
    const name = args.join(' ');
    outputs.push(
      { name: `stdout of ${name}`, text: outcome.stdout },
      { name: `stderr of ${name}`, text: outcome.stderr },
    );
    return outcome;
  };
  const credentials = () => ({
    VAULT_ADDR: vault.url,
    VAULT_TOKEN: TOKEN.value,
    ...(KEY ? { AGE_KEY: KEY.secret } : {}),
  });
  const deploy = (version: string, ...args: string[]) =>
    project.write('app/version.txt', version).then(() => run(['deploy', '--env', 'staging', ...args]));

  beforeAll(async () => {
    vault = await vaultFake();
    vault.tokens.set(TOKEN.value, ['kv/']);
    vault.stores['kv'] = { type: 'kv', version: '2', secrets: { leaks: [{ data: VALUES }] } };
    project = await projectOf(FILES);
    await chmod(project.path('secrets.env'), 0o600);
    if (KEY) await writeFile(project.path('secrets.age'), encrypted(JSON.stringify(VALUES), KEY));
    const watch = watchProcesses();
    await run(['plan', '--env', 'staging', '--out', 'saved.plan.json', '--json']);
    expect((await deploy('one', '--verbose')).code).toBe(0);
    expect((await deploy('two', '--json', '--debug')).code).toBe(0);
    expect((await deploy('three', '--events', 'ndjson')).code).toBe(0);
    expect((await deploy('broken', '--verbose')).code).toBe(1);
    expect((await deploy('broken', '--json')).code).toBe(1);
    expect((await deploy('ends', '--debug', '--verbose')).code).toBe(9);
    expect((await deploy('sick', '--events', 'ndjson')).code).toBe(9);
    await project.write('app/version.txt', 'killed');
    const killed = { CRASH_AT: 'answer place app #1' };
    expect((await run(['deploy', '--env', 'staging', '--json'], ['--import', PRELOAD], killed)).code).toBe(null);
    expect((await run(['resume', '--verbose'])).code).toBe(0);
    expect((await run(['rollback', '--env', 'staging', '--json'])).code).toBe(0);
    expect((await deploy('canary', '--canary', '10', '--verbose')).code).toBe(0);
    expect((await run(['canary', 'promote', '--env', 'staging', '--json'])).code).toBe(0);
    expect((await run(['env', 'promote', 'staging', 'production', '--yes', '--verbose'])).code).toBe(0);
    for (const args of [
      ['status', '--json'],
      ['env', 'show', 'staging', '--json'],
      ['env', 'diff', 'staging', 'production'],
      ['env', 'check', '--env', 'staging'],
      ['runs', '--json'],
      ['audit', '--json'],
      ['doctor', '--env', 'staging'],
      ['validate', '--env', 'staging'],
      ['state', 'show', '--json'],
      ['logs', '--env', 'staging'],
      ['logs', '--env', 'staging', '--json'],
    ])
      expect((await run(args)).code, args.join(' ')).toBe(0);
    processes = watch.stop();
  }, 120_000);
  afterAll(() => Promise.all([project.dispose(), vault.close()]));

  it('was given to the app and to its build, which told it', () => {
    const told = folderSinks(project.path('.deployer/local/logs'));
    expect(new Set(findLeaks(told).map(({ canary }) => canary)).size).toBe(CANARIES.length);
    expect(FROM_DOTENV.length).toBeGreaterThan(6);
    expect(outputs.find(({ name }) => name === 'stdout of logs --env staging')?.text).toContain('E_PLAIN');
    const all = told.map(({ text }) => String(text)).join('\n');
    for (const provider of PROVIDERS) expect(all).toContain(`${provider}_PLAIN=${CANARIES[0]?.value}`);
  });

  it('is nowhere in what the command line says', () => {
    expect(findLeaks(outputs, ALL)).toEqual([]);
  });

  it("is nowhere below .deployer but in the apps' own logs", async () => {
    const sinks = folderSinks(project.path('.deployer'));
    expect(sinks.length).toBeGreaterThan(100);
    expect(findLeaks(sinks.filter(({ name }) => !name.includes('.deployer/local/logs/')))).toEqual([]);
    expect(findLeaks(sinks, CREDENTIALS)).toEqual([]);
  });

  it('is not in a saved plan', async () => {
    expect(findLeaks([{ name: 'saved plan', text: await project.read('saved.plan.json') }], ALL)).toEqual([]);
  });

  it('is in no command line of any process', () => {
    expect(processes.commandLines.length).toBeGreaterThan(10);
    expect(findLeaks(processes.commandLines, ALL)).toEqual([]);
  });

  it('is in the environment of the app and of its build alone', () => {
    const ours = processes.environments.filter(({ text }) => String(text).includes('PATH='));
    const entitled = /bin\/deployer\.js|node build\.js|node server\.js/;
    const others = ours.filter(({ name }) => !entitled.test(name));
    for (const part of ['other.js', 'local-gateway.js', 'database-sqlite.js'])
      expect(processes.environments.map(({ name }) => name).join('\n'), part).toContain(part);
    expect(findLeaks(others)).toEqual([]);
    const children = ours.filter(({ name }) => !name.includes('bin/deployer.js'));
    expect(findLeaks(children, CREDENTIALS)).toEqual([]);
  });
});
