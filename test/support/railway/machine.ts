import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Account, type Instance, Refusal, type Settings } from './world.ts';

export type Status =
  | 'INITIALIZING'
  | 'QUEUED'
  | 'BUILDING'
  | 'DEPLOYING'
  | 'SUCCESS'
  | 'FAILED'
  | 'CRASHED'
  | 'SKIPPED'
  | 'SLEEPING'
  | 'NEEDS_APPROVAL'
  | 'REMOVING'
  | 'REMOVED';

export interface Line {
  readonly timestamp: string;
  readonly message: string;
  readonly severity: string;
}

export interface Deployment {
  readonly id: string;
  readonly projectId: string;
  readonly environmentId: string;
  readonly serviceId: string;
  readonly createdAt: string;
  readonly meta: Record<string, unknown>;
  /** Folder of the sources. */
  readonly folder: string | undefined;
  readonly image: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
  readonly settings: Settings;
  readonly buildLog: Line[];
  readonly runtimeLog: Line[];
  readonly events: {
    readonly id: string;
    readonly step: string;
    readonly createdAt: string;
    readonly error?: string;
  }[];
  status: Status;
  /** It was live once, and its image is there still. */
  hasImage: boolean;
  port: number;
  process: ChildProcess | undefined;
  /** Aborts when nothing is to be done for it any more. */
  readonly over: AbortController;
}

/** Builds, starts, checks and replaces deployments, with real processes for their containers. */
export class Machine {
  readonly deployments = new Map<string, Deployment>();
  /** Files of images that somebody else has made and that can be run; others are there and do nothing. */
  readonly images = new Map<string, string>();
  /** ms. */
  buildTime = 20;
  /** Given in place of the usual way through the statuses. */
  outcome: Status | undefined;
  readonly #account: Account;
  readonly #waiting = new Set<() => void>();
  readonly #work = new Set<Promise<void>>();
  #folder: string | undefined;

  constructor(account: Account) {
    this.#account = account;
  }

  async newFolder(): Promise<string> {
    this.#folder ??= await mkdtemp(join(tmpdir(), 'deployer-railway-'));
    return mkdtemp(join(this.#folder, 'source-'));
  }

  async end(): Promise<void> {
    for (const one of this.deployments.values()) this.#stop(one, 'REMOVED');
    await Promise.allSettled(this.#work);
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
  }

  of(instance: Instance): readonly Deployment[] {
    return [...this.deployments.values()]
      .filter(
        ({ serviceId, environmentId }) => serviceId === instance.serviceId && environmentId === instance.environmentId,
      )
      .reverse();
  }

  live(instance: Instance): Deployment | undefined {
    return this.of(instance).find(({ status }) => status === 'SUCCESS' || status === 'SLEEPING');
  }

  /** A new deployment of what is given, with the variables and settings of now, or of `like`. */
  deploy(
    instance: Instance,
    source: { readonly folder?: string | undefined; readonly image?: string | undefined },
    meta: Record<string, unknown> = {},
    like?: Deployment,
  ): Deployment {
    const service = this.#account.services.get(instance.serviceId);
    const deployment: Deployment = {
      id: randomUUID(),
      projectId: service?.projectId ?? '',
      environmentId: instance.environmentId,
      serviceId: instance.serviceId,
      createdAt: this.#account.stamp(),
      meta,
      folder: source.folder,
      image: source.image,
      variables: like?.variables ?? this.#account.render(instance),
      settings: like?.settings ?? { ...instance.settings },
      buildLog: [],
      runtimeLog: [],
      events: [],
      status: 'INITIALIZING',
      hasImage: false,
      port: 0,
      process: undefined,
      over: new AbortController(),
    };
    this.deployments.set(deployment.id, deployment);
    const work = this.#run(deployment, instance, like ? 'built' : 'to_build');
    this.#work.add(work);
    void work.finally(() => this.#work.delete(work));
    return deployment;
  }

  rollBack(instance: Instance, to: Deployment): void {
    if (!to.hasImage) throw new Refusal('Deployment cannot be rolled back');
    this.deploy(instance, to, { reason: 'rollback' }, to);
  }

  cancel(deployment: Deployment): void {
    if (!this.#isUnderWay(deployment)) throw new Refusal('Deployment cannot be cancelled');
    this.#stop(deployment, 'REMOVED');
  }

  remove(deployment: Deployment): void {
    deployment.hasImage &&= deployment.status === 'SUCCESS' || deployment.status === 'REMOVED';
    this.#stop(deployment, 'REMOVED');
  }

  crash(deployment: Deployment): void {
    this.#stop(deployment, 'CRASHED');
  }

  /** Resolves with the next change of anything. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  set(deployment: Deployment, status: Status): void {
    deployment.status = status;
    this.#tell();
  }

  #tell(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  #isUnderWay({ status }: Deployment): boolean {
    return ['INITIALIZING', 'QUEUED', 'BUILDING', 'DEPLOYING', 'NEEDS_APPROVAL'].includes(status);
  }

  #stop(deployment: Deployment, status: Status): void {
    deployment.over.abort();
    deployment.process?.kill('SIGTERM');
    deployment.process = undefined;
    this.set(deployment, status);
  }

  async #run(deployment: Deployment, instance: Instance, from: 'built' | 'to_build'): Promise<void> {
    if (this.outcome) return this.set(deployment, this.outcome);
    const problem =
      (from === 'to_build' ? await this.#build(deployment) : undefined) ??
      (await this.#preDeploy(deployment)) ??
      (await this.#start(deployment));
    if (!this.#isUnderWay(deployment)) return;
    if (problem) {
      this.#event(deployment, problem.step, problem.error);
      return this.#stop(deployment, problem.status ?? 'FAILED');
    }
    const before = this.live(instance);
    deployment.hasImage = true;
    this.set(deployment, 'SUCCESS');
    if (before) this.#stop(before, 'REMOVED');
  }

  async #build(deployment: Deployment): Promise<Problem | undefined> {
    await pause(this.buildTime / 2, deployment);
    if (!this.#isUnderWay(deployment)) return undefined;
    this.set(deployment, 'BUILDING');
    this.print(deployment, 'buildLog', '\u001b[34mUsing Railpack\u001b[0m');
    await pause(this.buildTime / 2, deployment);
    const broken =
      deployment.folder && (await readFile(join(deployment.folder, 'BROKEN'), 'utf8').catch(() => undefined));
    if (broken !== undefined && broken !== '') {
      this.print(deployment, 'buildLog', broken, 'error');
      return { step: 'BUILD_IMAGE', error: 'Build failed' };
    }
    this.print(deployment, 'buildLog', 'Build completed');
    this.#event(deployment, 'BUILD_IMAGE');
    return undefined;
  }

  async #preDeploy(deployment: Deployment): Promise<Problem | undefined> {
    const [command] = (deployment.settings['preDeployCommand'] as string[] | null | undefined) ?? [];
    if (command === undefined || !this.#isUnderWay(deployment)) return undefined;
    const code = await new Promise<number>((resolve) =>
      this.#spawn(deployment, command).once('close', (exit) => resolve(exit ?? 1)),
    );
    return code === 0 ? undefined : { step: 'PRE_DEPLOY_COMMAND', error: `Command exited with code ${code}` };
  }

  async #start(deployment: Deployment): Promise<Problem | undefined> {
    if (!this.#isUnderWay(deployment)) return undefined;
    this.set(deployment, 'DEPLOYING');
    const folder = this.#folderOf(deployment);
    if (folder === undefined) {
      this.print(deployment, 'runtimeLog', `started ${deployment.image}`);
      return undefined;
    }
    deployment.port = await freePort();
    const child = this.#spawn(deployment, `exec ${deployment.settings['startCommand'] ?? 'node server.js'}`);
    deployment.process = child;
    child.once('close', (code) => {
      if (deployment.process !== child) return;
      deployment.process = undefined;
      if (deployment.status === 'SUCCESS') this.set(deployment, code === 0 ? 'SUCCESS' : 'CRASHED');
    });
    return this.#awaitHealth(deployment, child);
  }

  async #awaitHealth(deployment: Deployment, child: ChildProcess): Promise<Problem | undefined> {
    const path = deployment.settings['healthcheckPath'];
    const limit = Number(deployment.settings['healthcheckTimeout'] ?? 300) * 1_000;
    const begun = performance.now();
    while (this.#isUnderWay(deployment)) {
      if (child.exitCode !== null)
        return typeof path === 'string'
          ? { step: 'HEALTHCHECK', error: 'Healthcheck failed: the service is not there' }
          : { step: 'CREATE_CONTAINER', error: `exited with ${child.exitCode}`, status: 'CRASHED' };
      if (performance.now() - begun > limit) return { step: 'HEALTHCHECK', error: 'Healthcheck failed: timed out' };
      const asked = typeof path === 'string' ? path : '/';
      const status = await fetch(`http://127.0.0.1:${deployment.port}${asked}`).then(
        (one) => one.status,
        () => 0,
      );
      if (typeof path === 'string' ? status === 200 : status > 0) return undefined;
      await pause(10, deployment);
    }
    return undefined;
  }

  #spawn(deployment: Deployment, command: string): ChildProcess {
    const child = spawn('sh', ['-c', command], {
      cwd: this.#folderOf(deployment) ?? tmpdir(),
      // A container has a network of its own.
      env: {
        PATH: process.env['PATH'] ?? '',
        // In place of what a build installs.
        NODE_PATH: PACKAGES,
        ...deployment.variables,
        HOST: '127.0.0.1',
        PORT: String(deployment.port),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const [stream, severity] of [
      [child.stdout, 'info'],
      [child.stderr, 'error'],
    ] as const)
      stream.on('data', (data: Buffer) => {
        for (const line of String(data).trimEnd().split('\n')) this.print(deployment, 'runtimeLog', line, severity);
      });
    return child;
  }

  #folderOf({ folder, image }: Deployment): string | undefined {
    return folder ?? (image === undefined ? undefined : this.images.get(image));
  }

  print(deployment: Deployment, log: 'buildLog' | 'runtimeLog', message: string, severity = 'info'): void {
    deployment[log].push({ timestamp: this.#account.stamp().replace('Z', '123456Z'), message, severity });
    this.#tell();
  }

  #event(deployment: Deployment, step: string, error?: string): void {
    const event = { id: randomUUID(), step, createdAt: this.#account.stamp() };
    deployment.events.push(error === undefined ? event : { ...event, error });
  }
}

const PACKAGES = resolve(import.meta.dirname, '../../../node_modules');

interface Problem {
  readonly step: string;
  readonly error: string;
  readonly status?: Status;
}

/** Ends early where nothing is waited for any more. */
function pause(ms: number, { over }: Deployment): Promise<void> {
  return sleep(ms, undefined, { signal: over.signal }).catch(() => undefined);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
