import { readdir, readFile, readlink, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { settingsOf } from '../../../src/core/revisions.ts';
import type { EnvironmentState, Release } from '../../../src/core/state.ts';
import { localStatus } from '../../../src/drivers/local/control.ts';
import { createRuntime } from '../../../src/runtime.ts';
import type { State } from '../../../src/state/state.ts';
import { get, type Outcome, type Project, projectOf, type RunOptions } from '../project.ts';

const PRELOAD = resolve(import.meta.dirname, 'preload.js');

const CONFIG = `version: 1
project: crash
defaults: { driver: local }
services:
  api:
    path: api
    build: { command: mkdir -p dist && cp server.js version.txt dist/, output: dist }
    start: node server.js
    env: [DATABASE_URL]
    health: { path: /healthz, timeout: 10s, interval: 50ms, successes: 1 }
    local: { stop_timeout: 2s, drain_timeout: 2s }
  web:
    path: web
    after: [api]
    health: { path: /, timeout: 10s, interval: 50ms, successes: 1 }
databases:
  main:
    connection_env: DATABASE_URL
    migrations: { engine: raw, path: db, strategy: pre_deploy }
environments:
  staging: { mode: staging, variables: { DATABASE_URL: "sqlite:staging.db" } }
  production:
    mode: production
    variables: { DATABASE_URL: "sqlite:production.db" }
    services: { api: { health: { path: /healthz, timeout: 2s, interval: 50ms, successes: 1 } } }
`;

/** A sick version is well until it is reached through the gateway: it fails after the traffic has moved. */
const SERVER = `const { createServer } = require('node:http');
const version = require('node:fs').readFileSync(__dirname + '/version.txt', 'utf8').trim();
const server = createServer((request, response) => {
  const sick = version.startsWith('sick') && request.url === '/healthz' && request.headers['x-forwarded-for'];
  response.writeHead(sick ? 503 : 200).end(version);
});
process.on('SIGTERM', () => server.close(() => process.exit(0)));
server.listen(Number(process.env.PORT), '127.0.0.1');
`;

/** A project with a database, a service that runs after its migrations and one that only serves files, in two environments. */
export class CrashProject {
  readonly project: Project;
  readonly state: State;
  #migrations = 1;

  constructor(project: Project) {
    this.project = project;
    this.state = createRuntime({}).openState('crash', project.path('.deployer'));
  }

  static async create(): Promise<CrashProject> {
    const project = await projectOf({
      'deploy.config.yaml': CONFIG,
      'api/server.js': SERVER,
      'db/0001_tally.sql': 'CREATE TABLE tally (n INTEGER);\nINSERT INTO tally VALUES (1);\n',
    });
    const made = new CrashProject(project);
    await made.change('zero');
    return made;
  }

  /** New bytes for both services. */
  async change(version: string): Promise<void> {
    await this.project.write('api/version.txt', `${version}\n`);
    await this.project.write('web/index.html', `${version}\n`);
  }

  /** A migration that shows in the database how often it ran. */
  async migrate(): Promise<void> {
    this.#migrations += 1;
    const name = String(this.#migrations).padStart(4, '0');
    await this.project.write(`db/${name}_count.sql`, '-- deployer:phase expand\nUPDATE tally SET n = n + 1;\n');
  }

  get migrations(): number {
    return this.#migrations;
  }

  /** How many migrations the database has really seen. */
  tally(env: string): number {
    const database = new DatabaseSync(this.project.path(`${env}.db`), { readOnly: true });
    try {
      return Number((database.prepare('SELECT n FROM tally').get() as { n: number }).n);
    } finally {
      database.close();
    }
  }

  /** Names of the steps of an undisturbed run, however it ends. */
  async record(args: readonly string[], { every = false } = {}): Promise<string[]> {
    const file = this.project.path('steps.txt');
    await this.project.run(args, { node: ['--import', PRELOAD], env: { CRASH_RECORD: file, ...everyEnv(every) } });
    const steps = (await readFile(file, 'utf8')).trimEnd().split('\n');
    await rm(file);
    return steps;
  }

  /** Runs until the step; `code` is `null` when it came to it. `link call #3` is the third system call of that name. */
  crash(args: readonly string[], step: string, { every = false } = {}): Promise<Outcome> {
    const [, call, nth] = /^(\w+) call #(\d+)$/.exec(step) ?? [];
    if (call && nth) return this.project.run(args, killedAt(call, nth));
    return this.project.run(args, { node: ['--import', PRELOAD], env: { CRASH_AT: step, ...everyEnv(every) } });
  }

  async environment(env: string): Promise<EnvironmentState | undefined> {
    return (await this.state.read()).document.environments[env];
  }

  /** Everything that has to be the same whatever happened on the way, in words without ids and times. */
  async picture(env: string): Promise<Picture> {
    const state = await this.environment(env);
    if (!state) return { ...NOTHING, findings: await this.#findings(), processes: await this.#processes(env) };
    const versions = [...new Set(state.deployments.toReversed().map(({ version_id }) => version_id))];
    const name = (id: string) => ['latest', 'one before'][versions.indexOf(id)] ?? 'other';
    const last = state.deployments.at(-1);
    return {
      current: mapValues(state.current, (release) => name(release.version_id)),
      canary: state.canary ? `${state.canary.percent} % ${name(state.canary.version_id)}` : 'none',
      open: state.active_run !== undefined,
      last: `${last?.intent} ${last && name(last.version_id)} ${last?.healthy ? 'healthy' : 'flagged'}`,
      runs: new Set(state.deployments.map(({ run_id }) => run_id)).size - state.deployments.length,
      ledger: Object.values(last?.migrations ?? {}).map((records) => records.length),
      settings: Object.keys(settingsOf(state.revisions).variables),
      answers: await answers(state.current),
      releases: await this.#releases(env, name),
      processes: await this.#processes(env),
      locked: ['alive', 'elsewhere'].includes((await this.state.holder(env))?.condition ?? 'free'),
      findings: await this.#findings(),
    };
  }

  /** What the next write mends by itself is left out. */
  async #findings(): Promise<string[]> {
    const passing = /which has ended without releasing it|^state.json, the copy for people/;
    return (await this.verify()).filter((message) => !passing.test(message));
  }

  async verify(): Promise<string[]> {
    return (await this.state.verify()).findings.map(({ message }) => message);
  }

  /** What the gateway has on record, per service: version, share, state. */
  async #releases(env: string, name: (id: string) => string): Promise<Record<string, string[]>> {
    const { targets } = await localStatus(this.project.path('.deployer', 'local'));
    return Object.fromEntries(
      targets
        .filter(({ environment }) => environment === env)
        .sort((a, b) => (a.service < b.service ? -1 : 1))
        .map(({ service, releases }) => [
          service,
          releases.map(({ version_id, percent, state }) => `${name(version_id)} ${percent} % ${state}`),
        ]),
    );
  }

  /** Processes that run in a release's folder. */
  async #processes(env: string): Promise<number> {
    const folder = this.project.path('.deployer', 'local', 'releases', env);
    const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
    const folders = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => '')));
    return folders.filter((cwd) => cwd.startsWith(`${folder}/`)).length;
  }
}

export interface Picture {
  readonly current: Readonly<Record<string, string>>;
  readonly canary: string;
  readonly open: boolean;
  readonly last: string;
  /** 0 when no run is on record twice. */
  readonly runs: number;
  readonly ledger: readonly number[];
  /** Names that `env set` holds. */
  readonly settings: readonly string[];
  readonly answers: Readonly<Record<string, string>>;
  readonly releases: Readonly<Record<string, readonly string[]>>;
  readonly processes: number;
  readonly locked: boolean;
  readonly findings: readonly string[];
}

/** An environment nothing was deployed to. */
export const NOTHING: Picture = {
  current: {},
  canary: 'none',
  open: false,
  last: 'none',
  runs: 0,
  ledger: [],
  settings: [],
  answers: {},
  releases: {},
  processes: 0,
  locked: false,
  findings: [],
};

async function answers(current: Readonly<Record<string, Release>>): Promise<Record<string, string>> {
  const told = await Promise.all(
    Object.values(current).map(async ({ service, url = '' }) => [service, (await get(url)).text.trim()] as const),
  );
  return Object.fromEntries(told);
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

/** strace counts per thread, so there is one. */
function killedAt(call: string, nth: string): RunOptions {
  const inject = ['-e', `trace=${call}`, '-e', `inject=${call}:signal=KILL:when=${nth}`];
  return { under: ['strace', '-qq', '-f', '-o', '/dev/null', ...inject], env: { UV_THREADPOOL_SIZE: '1' } };
}

function everyEnv(every: boolean): Record<string, string> {
  return every ? { CRASH_EVERY: '1' } : {};
}
