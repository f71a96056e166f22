import { chmod, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { releaseFolder, releaseLog, type TargetName, targetKey, targetLogs } from '../layout.ts';
import type { ReleaseRecord, ReleaseState, ReleaseView } from '../protocol.ts';
import { openPrivate, type Route } from './front.ts';
import { keepLast, rotate } from './log-files.ts';
import { freePort } from './ports.ts';
import { openSite } from './site.ts';
import { Supervisor } from './supervisor.ts';
import { closeUpstream, createMeter, createUpstream, type Meter } from './upstream.ts';

const DRAIN_INTERVAL = 50;

interface ReleaseRequest {
  readonly folder: string;
  readonly target: TargetName;
  readonly record: ReleaseRecord;
  readonly variables: Readonly<Record<string, string>> | undefined;
  readonly changed: () => void;
  readonly routesOf: (service: string) => readonly Route[];
}

/** What runs for one release: its process or its files, and the way to them. */
export class Release {
  readonly record: ReleaseRecord;
  readonly variables: Readonly<Record<string, string>> | undefined;
  readonly #request: ReleaseRequest;
  readonly #meter = createMeter();
  readonly #folder: string;
  readonly #log: string;
  #supervisor: Supervisor | undefined;
  #route: (Route & { percent: number }) | undefined;
  #close: (() => Promise<void>) | undefined;

  constructor(request: ReleaseRequest) {
    this.#request = request;
    this.record = request.record;
    this.variables = request.variables;
    this.#folder = releaseFolder(request.folder, request.target, request.record.id);
    this.#log = releaseLog(request.folder, request.target, request.record.id);
  }

  /** The way for requests; `undefined` where there are none, or while the release has no share. */
  get route(): Route | undefined {
    return this.#route && this.#route.percent > 0 ? this.#route : undefined;
  }

  /** Resolves when the process has been started, not when it is ready. */
  async start(): Promise<void> {
    this.record.stopped = false;
    if (this.record.kind === 'static') return this.#openSite();
    await this.#openLog();
    if (this.record.kind === 'process') this.#openUpstream(await freePort());
    this.#supervise().start();
  }

  /** After the gateway was started anew: files are served again, a process that still runs is taken over. */
  async adopt(): Promise<void> {
    if (this.record.kind !== 'static') {
      if (this.record.port !== undefined) this.#openUpstream(this.record.port);
      return this.#supervise().adopt();
    }
    if (!this.record.stopped) await this.#openSite();
  }

  setShare(percent: number): void {
    this.record.percent = percent;
    if (this.#route) Object.assign(this.#route, { percent, credit: 0 });
  }

  state(): ReleaseState {
    if (this.#supervisor) return this.#supervisor.state();
    if (this.#route) return this.record.ready ? 'running' : 'starting';
    return this.record.stopped ? 'stopped' : 'failed';
  }

  view(): ReleaseView {
    const { id, version_id, percent, restarts, port, started_at } = this.record;
    const detail = this.#supervisor?.detail();
    return {
      id,
      version_id,
      state: this.state(),
      percent,
      restarts,
      ...(this.record.kind === 'worker' ? {} : figuresOf(this.#meter)),
      ...(port === undefined ? {} : { internal_url: `http://127.0.0.1:${port}` }),
      ...(started_at === undefined ? {} : { started_at }),
      ...(detail === undefined ? {} : { detail }),
    };
  }

  exited(): Promise<string | null> {
    return this.#supervisor?.exited() ?? new Promise(() => undefined);
  }

  rotateLog(): Promise<void> {
    return this.record.kind === 'static' ? Promise.resolve() : rotate(this.#log);
  }

  /** Resolves when nothing is under way, or the time for that has passed. */
  async drain(): Promise<void> {
    const deadline = performance.now() + this.record.drain_timeout;
    while (this.#meter.active > 0 && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, DRAIN_INTERVAL));
  }

  async stop(): Promise<void> {
    await this.#supervisor?.stop();
    await this.#close?.();
    this.#close = undefined;
    this.#route = undefined;
    this.record.stopped = true;
  }

  /** The gateway ends and the process goes on. */
  async leave(): Promise<void> {
    this.#supervisor?.release();
    await this.#close?.();
  }

  async removeFiles(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
    await keepLast(this.#log, join(targetLogs(this.#request.folder, this.#request.target), 'retired.log'));
  }

  #supervise(): Supervisor {
    const { record, variables, changed, target, folder } = this.#request;
    const marker = `${folder}:${targetKey(target)}:${record.id}`;
    this.#supervisor = new Supervisor({ record, variables, changed, marker, folder: this.#folder, log: this.#log });
    return this.#supervisor;
  }

  #openUpstream(port: number): void {
    this.record.port = port;
    const destination = createUpstream(port, this.#meter);
    this.#setRoute(destination);
    this.#close = () => closeUpstream(destination);
  }

  async #openSite(): Promise<void> {
    const { spa, immutable } = this.record;
    const destination = await openSite({
      folder: this.#folder,
      immutable,
      meter: this.#meter,
      ...(spa === undefined ? {} : { spa }),
    });
    const own = await openPrivate(destination);
    this.record.port = own.port;
    this.record.started_at = new Date().toISOString();
    this.#setRoute(destination);
    this.#close = () => own.close();
  }

  #setRoute(destination: Route['destination']): void {
    // The longest prefix that fits is the one that is meant.
    const prefixes = Object.entries(this.record.routes).sort(([a], [b]) => b.length - a.length);
    const detours = prefixes.map(([prefix, service]) => ({ prefix, routes: () => this.#request.routesOf(service) }));
    this.#route = { destination, detours, percent: this.record.percent, credit: 0 };
  }

  async #openLog(): Promise<void> {
    await mkdir(dirname(this.#log), { recursive: true, mode: 0o700 });
    await chmod(dirname(this.#log), 0o700);
  }
}

function figuresOf({ requests, errors, latencies }: Meter): Pick<ReleaseView, 'requests' | 'errors' | 'latencies'> {
  return { requests, errors, latencies };
}
