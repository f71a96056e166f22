import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const REPOSITORY = resolve(import.meta.dirname, '../..');
export const BINARY = join(REPOSITORY, 'bin/deployer.js');

export interface Outcome {
  /** `null` when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout as JSON; throws when it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into documents freely
  json<T = Record<string, any>>(): T;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Called with the child, to kill or signal it. */
  readonly onStart?: (child: ReturnType<typeof spawn>) => void;
  readonly node?: readonly string[];
  /** A program to run it under, with its arguments. */
  readonly under?: readonly string[];
}

/** A project in a temporary folder, and the built command line to run on it as a user would. */
export class Project {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  async write(file: string, text: string): Promise<void> {
    await mkdir(dirname(this.path(file)), { recursive: true });
    await writeFile(this.path(file), text);
  }

  read(file: string): Promise<string> {
    return readFile(this.path(file), 'utf8');
  }

  /** Changes a file by replacing one text, which has to be there. */
  async edit(file: string, from: string, to: string): Promise<void> {
    const text = await this.read(file);
    if (!text.includes(from)) throw new Error(`${file} has no ${JSON.stringify(from)}`);
    await this.write(file, text.replace(from, to));
  }

  run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    const argv = [...(options.under ?? []), process.execPath, ...(options.node ?? []), BINARY, ...args];
    const [program = process.execPath, ...rest] = argv;
    const child = spawn(program, rest, {
      cwd: this.folder,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    options.onStart?.(child);
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    const read = (stream: NodeJS.ReadableStream) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      return () => Buffer.concat(chunks).toString('utf8');
    };
    const [stdout, stderr] = [read(child.stdout), read(child.stderr)];
    return new Promise((done, failed) => {
      child.on('error', failed);
      child.on('close', (code) => done({ code, stdout: stdout(), stderr: stderr(), json: () => JSON.parse(stdout()) }));
    });
  }

  /** Runs and expects exit 0; the message of a failure holds what was printed. */
  async ok(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    const outcome = await this.run(args, options);
    if (outcome.code !== 0)
      throw new Error(`deployer ${args.join(' ')} exited ${outcome.code}\n${outcome.stdout}\n${outcome.stderr}`);
    return outcome;
  }

  /** Stops what the local driver keeps running, and removes the folder. */
  async dispose(): Promise<void> {
    await this.run(['local', 'stop']);
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function temporary(): Promise<Project> {
  return new Project(await realpath(await mkdtemp(join(tmpdir(), 'deployer-scenario-'))));
}

/** The repository's own sample: `deploy.config.yaml` and `examples/`. */
export async function sampleProject(): Promise<Project> {
  const project = await temporary();
  for (const part of ['deploy.config.yaml', 'examples'])
    await cp(join(REPOSITORY, part), project.path(part), { recursive: true });
  await symlink(join(REPOSITORY, 'node_modules'), project.path('node_modules'));
  return project;
}

export async function projectOf(files: Readonly<Record<string, string>>): Promise<Project> {
  const project = await temporary();
  for (const [file, text] of Object.entries(files)) await project.write(file, text);
  return project;
}

/** A service in one file: answers its version, and is as healthy as `health.txt` beside it says. */
export const APP = `const { createServer } = require('node:http');
const { readFileSync } = require('node:fs');
const version = readFileSync(__dirname + '/version.txt', 'utf8').trim();
const server = createServer((request, response) => {
  const sick = request.url === '/healthz' && readFileSync(__dirname + '/health.txt', 'utf8').trim() !== 'ok';
  if (request.url === '/env') return response.end(JSON.stringify({ greeting: process.env.GREETING, flag: process.env.BETA_FORM }));
  response.writeHead(sick ? 503 : 200).end(sick ? 'sick' : version);
});
process.on('SIGTERM', () => server.close(() => process.exit(0)));
server.listen(Number(process.env.PORT), '127.0.0.1');
`;

/** A config with one service `app`, and files for its first version. */
export function appFiles({ environments, more = '' }: { environments: string; more?: string }): Record<string, string> {
  return {
    'deploy.config.yaml': `version: 1
project: scenario
defaults: { driver: local }
services:
  app:
    path: app
    start: node server.js
    health: { path: /healthz, timeout: 3s, interval: 100ms }
${more}environments:
${environments}`,
    'app/server.js': APP,
    'app/version.txt': 'one\n',
    'app/health.txt': 'ok\n',
  };
}

export async function get(url: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  return { status: answer.status, text: await answer.text() };
}
