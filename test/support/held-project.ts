import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createRuntime } from '../../src/runtime.ts';
import type { State } from '../../src/state/state.ts';
import { type Outcome, type Project, projectOf } from './project.ts';
import { until } from './waiting.ts';

const WAIT = `const fs = require('node:fs');
const wait = (name, then) => {
  if (fs.existsSync(process.env.HOME + '/go-' + name)) return then();
  fs.writeFileSync(process.env.HOME + '/at-' + name, '');
  setTimeout(() => wait(name, then), 20);
};
`;

const FILES = {
  'deploy.config.yaml': `version: 1
project: held
defaults: { driver: local }
services:
  app:
    path: app
    build: { command: node build.js, output: dist }
    start: node server.js
    health: { path: /, timeout: 20s, interval: 50ms, successes: 1 }
databases:
  main:
    connection_env: DATABASE_URL
    migrations: { engine: raw, path: db, strategy: pre_deploy }
environments:
  staging: { mode: staging, variables: { DATABASE_URL: "sqlite:staging.db" } }
  production: { mode: staging, variables: { DATABASE_URL: "sqlite:production.db" } }
`,
  'app/build.js': `${WAIT}wait('build', () => {
  fs.mkdirSync('dist', { recursive: true });
  for (const file of ['server.js', 'version.txt']) fs.copyFileSync(file, 'dist/' + file);
});
`,
  'app/server.js': `${WAIT}const version = fs.readFileSync('version.txt', 'utf8');
const server = require('node:http').createServer((request, response) => response.end(version));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
wait('start', () => server.listen(Number(process.env.PORT), '127.0.0.1'));
`,
  'app/version.txt': 'one',
};

export type Part = 'build' | 'start';

/** A command under way. */
export interface Running {
  readonly ended: Promise<Outcome>;
  /** What it has said on stderr so far. */
  told(): string;
  kill(signal: NodeJS.Signals): void;
}

/** A project whose build and whose start wait until they are let go, so that a test can act in the middle of them. */
export class HeldProject {
  readonly project: Project;
  readonly state: State;

  constructor(project: Project) {
    this.project = project;
    this.state = createRuntime({}).openState('held', project.path('.deployer'));
  }

  static async create(): Promise<HeldProject> {
    const held = new HeldProject(await projectOf(FILES));
    await mkdir(held.#home);
    await mkdir(held.project.path('db'));
    return held;
  }

  async letGo(part: Part): Promise<void> {
    await writeFile(`${this.#home}/go-${part}`, '');
  }

  /** From the next time on. */
  async hold(part: Part): Promise<void> {
    for (const word of ['go', 'at']) await rm(`${this.#home}/${word}-${part}`, { force: true });
  }

  reached(part: Part): Promise<void> {
    return until(() => existsSync(`${this.#home}/at-${part}`));
  }

  run(args: readonly string[]): Promise<Outcome> {
    return this.start(args).ended;
  }

  start(args: readonly string[]): Running {
    let told = '';
    let kill: Running['kill'] = () => undefined;
    const ended = this.project.run(args, {
      env: { HOME: this.#home },
      onStart(child) {
        child.stderr?.on('data', (chunk) => {
          told += chunk;
        });
        kill = (signal) => void child.kill(signal);
      },
    });
    return { ended, told: () => told, kill: (signal) => kill(signal) };
  }

  async environment(env = 'staging') {
    return (await this.state.read()).document.environments[env];
  }

  get #home(): string {
    return this.project.path('home');
  }
}
