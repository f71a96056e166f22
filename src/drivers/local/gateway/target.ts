import { rm } from 'node:fs/promises';
import { DeployerError } from '../../../core/errors.ts';
import { type TargetName, targetKey, targetLogs, targetReleases } from '../layout.ts';
import {
  type ProvisionParams,
  type ProvisionResult,
  type ReleaseRecord,
  type ReleaseSpec,
  type ReleaseView,
  type TargetRecord,
  type TargetView,
  urlOf,
} from '../protocol.ts';
import { type Front, openFront, type Route } from './front.ts';
import { candidatePorts } from './ports.ts';
import { Release } from './release.ts';

interface TargetRequest {
  readonly folder: string;
  readonly record: TargetRecord;
  /** The record, or one of its releases, has changed. */
  readonly changed: () => void;
  /** Resolves when every change is on disk. */
  readonly saved: () => Promise<void>;
  /** Where requests of another service of the environment go now. */
  readonly routesOf: (service: string) => readonly Route[];
}

interface Placement {
  readonly release: ReleaseSpec;
  /** `undefined`: placed by an earlier gateway. */
  readonly variables: Readonly<Record<string, string>> | undefined;
}

/** What runs for one target: its stable port and its releases. Calls of one target that change it come one at a time. */
export class Target {
  readonly record: TargetRecord;
  readonly #request: TargetRequest;
  readonly #releases = new Map<string, Release>();
  #routes: readonly Route[] = [];
  #front: Front | undefined;
  /** The stable port that another program had taken. */
  #left: number | undefined;

  constructor(request: TargetRequest) {
    this.#request = request;
    this.record = request.record;
    for (const record of Object.values(request.record.releases)) this.#add({ release: record, variables: undefined });
  }

  /** Where requests go now. */
  get routes(): readonly Route[] {
    return this.#routes;
  }

  /** Takes up what the state file says; a port that is taken by now is reported by `provision`. */
  async adopt(): Promise<void> {
    for (const release of this.#releases.values()) await release.adopt().catch(() => undefined);
    this.#refreshRoutes();
    if (this.record.port !== undefined) await this.#open(this.record.port).catch(() => undefined);
  }

  async provision(params: ProvisionParams): Promise<ProvisionResult> {
    this.record.keep_alive = params.keep_alive;
    this.#front?.setKeepAlive(params.keep_alive);
    if (params.worker) return this.#withoutPort();
    const asked = params.port ?? this.#front?.port;
    if (this.#front && this.#front.host === params.host && this.#front.port === asked)
      return this.#provisioned('unchanged');
    await this.#move(params);
    return this.#provisioned(this.record.port === params.remembered ? 'adopted' : 'created');
  }

  async place(placement: Placement): Promise<ReleaseView> {
    const before = this.#releases.get(placement.release.id);
    if (before && ['starting', 'running'].includes(before.state())) return before.view();
    const percent = before?.record.percent ?? 0;
    await before?.stop();
    const release = this.#add(placement);
    release.record.percent = percent;
    // On disk before there is a process, so that a gateway that dies in between is followed by one that looks for it.
    await this.#request.saved();
    await release.start();
    this.#refreshRoutes();
    return release.view();
  }

  /** Refused for a process that has ended since: nobody would start it again. */
  ready(id: string): ReleaseView {
    const release = this.#find(id);
    if (release.state() !== 'starting' && release.state() !== 'running') throw endedError(release.record);
    release.record.ready = true;
    this.#request.changed();
    return release.view();
  }

  exited(id: string): Promise<string | null> {
    return this.#find(id).exited();
  }

  /** From the next request on. */
  setShares(shares: Readonly<Record<string, number>>): void {
    for (const id of Object.keys(shares)) this.#find(id);
    for (const [id, release] of this.#releases) release.setShare(shares[id] ?? 0);
    this.#refreshRoutes();
    this.#request.changed();
  }

  async retire(id: string, drain: 'wait' | 'at_once'): Promise<void> {
    const release = this.#releases.get(id);
    if (!release) return;
    if (release.record.percent === 0 && drain === 'wait') await release.drain();
    if (release.record.percent > 0) throw liveError(this.record, id);
    await this.#remove(release);
  }

  async destroy(): Promise<void> {
    this.setShares({});
    await this.#front?.close();
    await Promise.all([...this.#releases.values()].map((release) => this.#remove(release)));
    const { folder } = this.#request;
    await rm(targetReleases(folder, this.record), { recursive: true, force: true });
    await rm(targetLogs(folder, this.record), { recursive: true, force: true });
  }

  /** Ends the processes, or leaves them running without a gateway; answers how many there were. */
  async close(services: 'stop' | 'keep'): Promise<number> {
    const releases = [...this.#releases.values()];
    const running = releases.filter((release) => ['starting', 'running'].includes(release.state()));
    await this.#front?.close();
    await Promise.all(releases.map((release) => (services === 'stop' ? release.stop() : release.leave())));
    return running.length;
  }

  view(): TargetView {
    const { environment, service, host, port } = this.record;
    const releases = [...this.#releases.values()].map((release) => release.view());
    const note = this.#portNote();
    return {
      environment,
      service,
      ...(port === undefined ? {} : { url: urlOf(host, port) }),
      ...(note === undefined ? {} : { note }),
      releases,
    };
  }

  async rotateLogs(): Promise<void> {
    for (const release of this.#releases.values()) await release.rotateLog();
  }

  #portNote(): string | undefined {
    const { port } = this.record;
    if (port !== undefined && !this.#front)
      return `its port ${port} is used by another program; the next deploy takes another port`;
    return this.#left === undefined
      ? undefined
      : `its port ${this.#left} was used by another program, so it is ${port} now`;
  }

  #add({ release: spec, variables }: Placement): Release {
    const { folder, changed, routesOf } = this.#request;
    const record = { percent: 0, ready: false, stopped: false, restarts: 0, ...spec };
    const release = new Release({ folder, target: this.record, record, variables, changed, routesOf });
    this.record.releases[record.id] = record;
    this.#releases.set(record.id, release);
    return release;
  }

  #find(id: string): Release {
    const release = this.#releases.get(id);
    if (release) return release;
    throw new DeployerError({
      code: 'NOT_FOUND',
      reason: `${targetKey(this.record)} has no release ${id}`,
      fix: 'Deploy again',
    });
  }

  /** The record goes last: until then the release can be found and its removal repeated. */
  async #remove(release: Release): Promise<void> {
    await release.stop();
    await release.removeFiles();
    this.#releases.delete(release.record.id);
    delete this.record.releases[release.record.id];
    this.#refreshRoutes();
    this.#request.changed();
  }

  #refreshRoutes(): void {
    this.#routes = [...this.#releases.values()].flatMap((release) => release.route ?? []);
  }

  async #withoutPort(): Promise<ProvisionResult> {
    await this.#front?.close();
    this.#front = undefined;
    delete this.record.port;
    return this.#provisioned('unchanged');
  }

  /**
   * The old port is left when the new one is there, so that nobody is turned away; another address of the same port can
   * only be had after the first is given up, which is taken up again when that fails.
   */
  async #move(params: ProvisionParams): Promise<void> {
    const { host, port } = this.record;
    const before = this.#front;
    const inTheWay = before !== undefined && before.host !== params.host;
    if (inTheWay) await before.close();
    this.record.host = params.host;
    try {
      await this.#openFirst(params);
    } catch (error) {
      this.record.host = host;
      if (inTheWay && port !== undefined) await this.#open(port).catch(() => undefined);
      throw error;
    }
    if (!inTheWay) before?.leave();
  }

  #provisioned(outcome: ProvisionResult['outcome']): ProvisionResult {
    const { host, port } = this.record;
    return { outcome, ...(port === undefined ? {} : { port, url: urlOf(host, port) }) };
  }

  /** The port asked for and no other; else the one it had, else the first that is free. */
  async #openFirst(params: ProvisionParams): Promise<void> {
    this.#left = undefined;
    if (params.port !== undefined) return this.#open(params.port).catch((error) => refusePort(error, params));
    const { project, environment, service, remembered } = params;
    const wanted = this.record.port ?? remembered;
    const known = [this.record.port, remembered];
    for (const port of [...known, ...candidatePorts(project, environment, service)]) {
      if (port === undefined || !(await this.#opened(port, params))) continue;
      if (port !== wanted) this.#left = wanted;
      return;
    }
    throw new DeployerError({
      code: 'DEPLOY_FAILED',
      reason: 'No port from 20000 to 29999 is free',
      fix: 'Set local.port',
    });
  }

  #opened(port: number, params: ProvisionParams): Promise<boolean> {
    return this.#open(port).then(
      () => true,
      (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? false : refusePort(error, { ...params, port })),
    );
  }

  async #open(port: number): Promise<void> {
    const { host, keep_alive: keepAlive } = this.record;
    this.#front = await openFront({ host, port, keepAlive, routes: () => this.#routes });
    this.record.port = port;
    this.#request.changed();
  }
}

function liveError(target: TargetName, id: string): DeployerError {
  return new DeployerError({
    code: 'DEPLOY_FAILED',
    stage: 'cleanup',
    reason: `Release ${id} of ${targetKey(target)} is live and cannot be retired`,
    fix: 'Send its traffic to another release first',
  });
}

function endedError({ id, last_exit }: ReleaseRecord): DeployerError {
  return new DeployerError({
    code: 'HEALTH_CHECK_FAILED',
    stage: 'health_check',
    reason: `Release ${id} ${last_exit ?? 'ended'} just after it was healthy`,
    fix: 'See the log of the service',
  });
}

function refusePort(error: NodeJS.ErrnoException, { host, port, service }: ProvisionParams): never {
  const forbidden = error.code === 'EACCES';
  throw new DeployerError({
    code: forbidden ? 'INSUFFICIENT_PERMISSIONS' : 'DEPLOY_FAILED',
    stage: 'provision',
    reason: `Port ${port} on ${host} for ${service} cannot be listened on (${error.code})`,
    fix: forbidden
      ? 'Set local.port to 1024 or above'
      : error.code === 'EADDRINUSE'
        ? `End the program that uses port ${port}, or set another under local.port`
        : 'Set local.host to an address of this machine',
  });
}
