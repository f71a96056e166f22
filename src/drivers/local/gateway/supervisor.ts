import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { smallEnvironment } from '../environment.ts';
import { endGroup, findByEnvironment, identityOf, isAlive, signalGroup } from '../process-identity.ts';
import type { ReleaseRecord, ReleaseState } from '../protocol.ts';

const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;
/** After this long without an exit the next one counts as the first. */
const STABLE_AFTER = 60_000;
const WATCH_INTERVAL = 1_000;

/** Under this name a service finds, and the gateway finds again, which release it is. */
export const RELEASE_VARIABLE = 'DEPLOYER_RELEASE';

export interface SupervisorRequest {
  readonly record: ReleaseRecord;
  /** Unique within the machine: project folder, target and release. */
  readonly marker: string;
  readonly folder: string;
  readonly log: string;
  /** `undefined` after the gateway was started anew: variables are nowhere but in its memory. */
  readonly variables: Readonly<Record<string, string>> | undefined;
  /** The record has changed. */
  readonly changed: () => void;
}

/** One release's process: started, watched, started again with growing delays, ended with everything it started. */
export class Supervisor {
  readonly #request: SupervisorRequest;
  readonly #waiting = new Set<(exit: string | null) => void>();
  #timer: NodeJS.Timeout | undefined;
  #stopping = false;
  #failures = 0;
  #restartAt = 0;

  constructor(request: SupervisorRequest) {
    this.#request = request;
  }

  get #record(): ReleaseRecord {
    return this.#request.record;
  }

  get variables(): Readonly<Record<string, string>> | undefined {
    return this.#request.variables;
  }

  start(): void {
    this.#stopping = false;
    this.#record.stopped = false;
    this.#spawn();
  }

  /** Takes over what an earlier gateway started, if it still runs. */
  adopt(): void {
    const { record, marker } = this.#request;
    if (record.pid === undefined || !record.identity || !isAlive(record.pid, record.identity))
      this.#remember(record.stopped ? undefined : findByEnvironment(RELEASE_VARIABLE, marker));
    if (record.pid !== undefined) this.#watch();
  }

  state(): ReleaseState {
    if (this.#record.pid !== undefined) return this.#record.ready ? 'running' : 'starting';
    return this.#record.stopped || this.#lost() ? 'stopped' : 'failed';
  }

  detail(): string | undefined {
    const { last_exit: exit, pid } = this.#record;
    if (pid !== undefined) return exit && `last exit: ${exit}`;
    if (this.#record.stopped) return 'stopped; start it again with `deployer redeploy`';
    if (this.#restartAt > 0) return `${exit ?? 'exited'}; starts again by ${new Date(this.#restartAt).toISOString()}`;
    return this.#lost() ? `${exit ?? 'no longer runs'}; needs \`deployer redeploy\`` : exit;
  }

  /** Resolves with how the process ended, once it has; `null` when it was ended on request. */
  exited(): Promise<string | null> {
    if (this.#record.pid === undefined) return Promise.resolve(this.#record.last_exit ?? 'not started');
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  /** Leaves the process alone from now on. */
  release(): void {
    clearTimeout(this.#timer);
  }

  /** Asks the whole group to end, and ends it when the time for that has passed. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    this.#restartAt = 0;
    const { pid, identity, stop_signal: signal, stop_timeout: grace } = this.#record;
    if (pid !== undefined && !isReused(pid, identity)) await endGroup(pid, signal, grace);
    this.#record.stopped = true;
    this.#forget();
    this.#settle(null);
    this.#request.changed();
  }

  /** Neither running, nor ended on request, nor able to be started again without its variables. */
  #lost(): boolean {
    return this.#record.pid === undefined && !this.variables;
  }

  #spawn(): void {
    const { record, folder, log } = this.#request;
    this.#restartAt = 0;
    const output = openSync(log, 'a', 0o600);
    const child = spawn('/bin/sh', ['-c', record.start ?? ''], {
      cwd: folder,
      env: this.#environment(),
      detached: true,
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    this.#remember(child.pid);
    this.#follow(child);
  }

  #follow(child: ChildProcess): void {
    const started = performance.now();
    let over = false;
    const end = (exit: string) => {
      if (over) return;
      over = true;
      if (performance.now() - started >= STABLE_AFTER) this.#failures = 0;
      this.#ended(exit, child.pid);
    };
    child.once('exit', (code, signal) => end(signal ? `ended by ${signal}` : `exited with code ${code}`));
    child.once('error', () => end('could not be started'));
  }

  #environment(): Record<string, string> {
    const { record, marker, variables } = this.#request;
    const port = record.port === undefined ? {} : { PORT: String(record.port) };
    return { ...smallEnvironment(), HOST: '127.0.0.1', ...variables, ...port, [RELEASE_VARIABLE]: marker };
  }

  #remember(pid: number | undefined): void {
    this.#forget();
    if (pid !== undefined)
      Object.assign(this.#record, { pid, identity: identityOf(pid) ?? '', started_at: new Date().toISOString() });
    this.#request.changed();
  }

  #forget(): void {
    delete this.#record.pid;
    delete this.#record.identity;
    delete this.#record.started_at;
  }

  /** A process that is not our child is looked at from time to time. */
  #watch(): void {
    this.#timer = setTimeout(() => {
      const { pid, identity } = this.#record;
      if (pid === undefined || !identity) return;
      if (isAlive(pid, identity)) this.#watch();
      else this.#ended('ended, its exit code is not known', pid);
    }, WATCH_INTERVAL);
  }

  /** What the process had started goes with it, so that the next one finds its ports free. */
  #ended(exit: string, group: number | undefined): void {
    this.#record.last_exit = exit;
    this.#forget();
    if (!this.#stopping) {
      if (group !== undefined && identityOf(group) === undefined) signalGroup(group, 'SIGKILL');
      if (this.#record.ready && this.variables) this.#planRestart();
      this.#settle(exit);
    }
    this.#request.changed();
  }

  #planRestart(): void {
    const delay = restartDelay(this.#failures);
    this.#failures += 1;
    this.#restartAt = Date.now() + delay;
    this.#timer = setTimeout(() => {
      this.#record.restarts += 1;
      this.#spawn();
    }, delay);
  }

  #settle(exit: string | null): void {
    for (const resolve of this.#waiting) resolve(exit);
    this.#waiting.clear();
  }
}

/** Milliseconds before a process is started again after so many failures in a row. */
export function restartDelay(failures: number): number {
  return Math.min(FIRST_DELAY * 2 ** Math.min(failures, 16), LONGEST_DELAY);
}

/** The number belongs to another process now, so there is no group of ours under it either. */
function isReused(pid: number, identity: string | undefined): boolean {
  const now = identityOf(pid);
  return now !== undefined && now !== identity;
}
