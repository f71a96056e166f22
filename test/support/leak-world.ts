import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { type LeakStores, openLeakStores } from './leak-stores.ts';
import { folderSinks, type Sink, watchProcesses } from './leaks.ts';
import { type Loopback, serveHttp } from './loopback.ts';
import { type Outcome, type Project, projectOf } from './project.ts';

const PRELOAD = resolve(import.meta.dirname, 'crash/preload.js');

/** A project whose services get canaries from every store there is, and every place that text of it goes to. */
export interface LeakWorld {
  readonly project: Project;
  readonly stores: LeakStores;
  /** Arguments of every command that was run. */
  readonly commands: readonly (readonly string[])[];
  /** What those commands printed. */
  readonly printed: readonly Sink[];
  /** Bodies and paths of notifications. */
  readonly notified: readonly Sink[];
  /** What was seen below the folder for temporary files, meanwhile and at last. */
  temporary(): readonly Sink[];
  run(args: readonly string[], options?: { readonly killedAt?: string; readonly input?: string }): Promise<Outcome>;
  /** Ends the looking at processes. */
  processes(): ReturnType<ReturnType<typeof watchProcesses>['stop']>;
  dispose(): Promise<void>;
}

export async function leakWorld(): Promise<LeakWorld> {
  const stores = await openLeakStores();
  const notified: Sink[] = [];
  const receiver = await serveHttp(async (request, response) => {
    notified.push({ name: `notification to ${request.url}`, text: `${request.url} ${await text(request)}` });
    response.end();
  });
  const project = await projectOf(filesOf(stores, receiver));
  for (const [file, content] of Object.entries(stores.files)) {
    await writeFile(project.path(file), content);
    await chmod(project.path(file), 0o600);
  }
  await mkdir(project.path('tmp'));
  const watch = watchProcesses();
  const temporary = watchFolder(project.path('tmp'));
  const commands: (readonly string[])[] = [];
  const printed: Sink[] = [];
  return {
    project,
    stores,
    commands,
    printed,
    notified,
    temporary: () => temporary(),
    async run(args, { killedAt, input = '' } = {}) {
      const env = { ...stores.env, TMPDIR: project.path('tmp'), ...(killedAt ? { CRASH_AT: killedAt } : {}) };
      const outcome = await project.run(args, { env, input, node: killedAt ? ['--import', PRELOAD] : [] });
      commands.push(args);
      printed.push(
        { name: `stdout of ${args.join(' ')}`, text: outcome.stdout },
        { name: `stderr of ${args.join(' ')}`, text: outcome.stderr },
      );
      return outcome;
    },
    processes: () => watch.stop(),
    dispose: async () => void (await Promise.all([project.dispose(), stores.close(), receiver.close()])),
  };
}

/** Files there come and go: each is kept as it was when it was seen. */
function watchFolder(folder: string): () => readonly Sink[] {
  const seen = new Map<string, Sink>();
  const timer = setInterval(look, 20);
  return () => {
    clearInterval(timer);
    look();
    return [...seen.values()];
  };

  function look(): void {
    try {
      for (const sink of folderSinks(folder)) seen.set(`${sink.name}\0${sink.text}`, sink);
    } catch {
      // One of them went away while we looked; what stays is seen the next time.
    }
  }
}

/** Tells everything it was given, in every way that a careless program does: each value once. */
const TELL = `const own = Object.entries(process.env).filter(([name]) => name.startsWith('LEAK_'));
for (const [name, value] of own) console.log('given ' + name + ' ' + value.length);
for (const value of new Set(own.map(([, value]) => value))) {
  console.log('VALUE=' + value);
  console.error(value);
  console.log(Buffer.from(value).toString('base64'), Buffer.from('u:' + value).toString('base64'), encodeURIComponent(value));
}
console.log(Object.fromEntries(own.slice(0, 12)));
console.log(JSON.stringify(Object.fromEntries(own.slice(0, 12))));
`;

const SERVED = `process.on('SIGTERM', () => server.close(() => process.exit(0)));
server.listen(Number(process.env.PORT), '127.0.0.1');
`;

function filesOf(stores: LeakStores, receiver: Loopback): Record<string, string> {
  const dotenv = stores.files['secrets.env']?.toString() ?? '';
  return {
    'deploy.config.yaml': configOf(stores, receiver),
    'app/version.txt': 'one',
    'app/build.js': `${TELL}
const fs = require('node:fs');
const version = fs.readFileSync('version.txt', 'utf8');
if (version === 'broken') throw new Error(JSON.stringify(process.env));
fs.rmSync('dist', { recursive: true, force: true });
fs.mkdirSync('dist');
if (version === 'bakes') fs.writeFileSync('dist/config.js', 'export default ' + JSON.stringify(process.env));
for (const file of ['server.js', 'version.txt', 'tell.js']) fs.copyFileSync(file, 'dist/' + file);
`,
    'app/tell.js': TELL,
    'app/server.js': `${TELL}
const version = require('node:fs').readFileSync('version.txt', 'utf8');
if (version === 'ends') throw new Error(JSON.stringify(process.env));
const server = require('node:http').createServer((request, response) => {
  if (version === 'sick') response.writeHead(503, { 'x-values': 'none' }).end(Object.values(process.env).join(' '));
  else response.end(version);
});
${SERVED}`,
    'other/other.js': `const server = require('node:http').createServer((request, response) => response.end(JSON.stringify(process.env)));
${SERVED}`,
    'db/0001_table.sql': 'CREATE TABLE notes (text TEXT);\n',
    'fresh/package.json': '{ "name": "fresh", "scripts": { "start": "node server.js" } }',
    'fresh/server.js': 'require("node:http").createServer().listen(process.env.PORT);',
    'fresh/.env': dotenv,
    'import.env': dotenv.replaceAll(/^([A-Z]+)=/gm, '$1_API_KEY='),
  };
}

function configOf(stores: LeakStores, receiver: Loopback): string {
  const all = [...Object.keys(stores.secrets), ...Object.keys(stores.variables)];
  const needed = all.filter((name) => !stores.productionOnly.has(name));
  const lines = (all: Readonly<Record<string, string>>) =>
    Object.entries(all).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  const optional = [...stores.productionOnly].map((name) => `{ key: ${name}, optional: true }`);
  const staging = Object.entries(stores.secrets).filter(([name]) => !stores.productionOnly.has(name));
  const environment = (name: string, secrets: Readonly<Record<string, string>>) =>
    `{ mode: ${name}, variables: { GREETING: hi, DATABASE_URL: "sqlite:${name}.db", ${lines(stores.variables)} }, secrets: { ${lines(secrets)} } }`;
  return `version: 1
project: leaks
defaults: { driver: local }
services:
  app:
    path: app
    build: { command: node build.js, output: dist, env: [${needed}] }
    start: node server.js
    env: [${[...needed, ...optional]}]
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
notifications:
  - { url: "${receiver.url}/all", on: [started, succeeded, failed], allow_private: true }
${stores.config}
environments:
  staging: ${environment('staging', Object.fromEntries(staging))}
  production: ${environment('production', stores.secrets)}
`;
}
