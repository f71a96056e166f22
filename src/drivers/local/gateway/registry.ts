import { rm } from 'node:fs/promises';
import { DeployerError } from '../../../core/errors.ts';
import { gatewayLog, logsFolder, releasesFolder, stateFile, type TargetName, targetKey } from '../layout.ts';
import type { Calls, GatewayState, Hello, Method, StopServices, TargetRecord } from '../protocol.ts';
import { readState, stateWriter } from '../state-file.ts';
import { Target } from './target.ts';

const ROTATE_INTERVAL = 1_000;
/** How long a gateway without targets waits for its first one. */
const IDLE_LIMIT = 10_000;

interface RegistryRequest {
  readonly folder: string;
  readonly hello: Hello;
  /** Names what went wrong, for the gateway's own log; never gets a foreign text. */
  readonly warn: (problem: string, error: unknown) => void;
  /** There is nothing left to do. */
  readonly finish: () => void;
}

type Handlers = { readonly [M in Method]: (params: Calls[M]['params']) => Promise<Calls[M]['result']> };

/** Everything the gateway of one project runs, and the calls on it. */
export class Registry {
  readonly #request: RegistryRequest;
  readonly #state: GatewayState;
  readonly #targets = new Map<string, Target>();
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #saved: () => Promise<void>;
  #ending = false;

  constructor(request: RegistryRequest) {
    this.#request = request;
    this.#state = readState(request.folder) ?? { format: 1, targets: {} };
    this.#saved = stateWriter(request.folder, () => this.#state);
    for (const record of Object.values(this.#state.targets)) this.#add(record);
  }

  /** Takes up what an earlier gateway left. */
  async adopt(): Promise<void> {
    for (const target of this.#targets.values()) await target.adopt();
    this.#rotateLogs();
    this.#watchIdle();
  }

  async call<M extends Method>(method: M, params: Calls[M]['params']): Promise<Calls[M]['result']> {
    if (this.#ending) throw new DeployerError({ code: 'PLATFORM_UNAVAILABLE', reason: 'The gateway is about to end' });
    return this.#handlers[method](params);
  }

  readonly #handlers: Handlers = {
    hello: async () => this.#request.hello,
    status: async () => ({
      ...this.#request.hello,
      targets: [...this.#targets.values()].map((target) => target.view()),
    }),
    provision: (params) =>
      this.#change(params, () => (this.#targets.get(targetKey(params)) ?? this.#create(params)).provision(params)),
    place: (params) => this.#change(params, () => this.#find(params).place(params)),
    exited: (params) => this.#find(params).exited(params.id),
    ready: (params) => this.#change(params, async () => this.#find(params).ready(params.id)),
    shares: (params) =>
      this.#change(params, async () => {
        this.#find(params).setShares(params.shares);
        return null;
      }),
    inspect: async (params) => this.#targets.get(targetKey(params))?.view() ?? null,
    retire: async (params) => {
      await this.#targets.get(targetKey(params))?.retire(params.id, params.drain);
      await this.#saved();
      return null;
    },
    destroy: (params) => this.#change(params, () => this.#destroy(params)),
    stop: ({ services }) => this.#stop(services),
  };

  /** Calls that change a target take turns; each is on disk before it is answered. */
  #change<T>(target: TargetName, act: () => Promise<T>): Promise<T> {
    const key = targetKey(target);
    const turn = (this.#turns.get(key) ?? Promise.resolve())
      .catch(() => undefined)
      .then(act)
      .then(async (result) => {
        if (this.#targets.size > 0) await this.#saved();
        return result;
      });
    this.#turns.set(key, turn);
    return turn;
  }

  #find(target: TargetName): Target {
    const found = this.#targets.get(targetKey(target));
    if (found) return found;
    throw new DeployerError({
      code: 'NOT_FOUND',
      reason: `The local gateway knows nothing of ${targetKey(target)}`,
      fix: 'Run `deployer deploy` for it',
    });
  }

  #create({ project, environment, service, host, keep_alive }: Calls['provision']['params']): Target {
    return this.#add({ project, environment, service, host, keep_alive, releases: {} });
  }

  #add(record: TargetRecord): Target {
    const target = new Target({
      folder: this.#request.folder,
      record,
      saved: this.#saved,
      routesOf: (service) => this.#targets.get(targetKey({ environment: record.environment, service }))?.routes ?? [],
      changed: () => void this.#saved().catch((error) => this.#request.warn('the state could not be written', error)),
    });
    this.#state.targets[targetKey(record)] = record;
    this.#targets.set(targetKey(record), target);
    return target;
  }

  async #destroy(name: TargetName): Promise<null> {
    await this.#targets.get(targetKey(name))?.destroy();
    this.#targets.delete(targetKey(name));
    delete this.#state.targets[targetKey(name)];
    if (this.#targets.size === 0) await this.#finish();
    return null;
  }

  async #stop(services: StopServices): Promise<{ ended: number }> {
    this.#ending = true;
    const counts = await Promise.all([...this.#targets.values()].map((target) => target.close(services)));
    if (this.#targets.size > 0) await this.#saved();
    this.#request.finish();
    return { ended: counts.reduce((sum, count) => sum + count, 0) };
  }

  /** Nothing of this gateway stays behind when its last target is gone. */
  async #finish(): Promise<void> {
    this.#ending = true;
    const { folder, finish } = this.#request;
    await this.#saved().catch(() => undefined);
    for (const path of [stateFile(folder), gatewayLog(folder), logsFolder(folder), releasesFolder(folder)])
      await rm(path, { recursive: true, force: true });
    finish();
  }

  #watchIdle(): void {
    setTimeout(() => {
      if (this.#targets.size === 0 && !this.#ending) void this.#finish();
    }, IDLE_LIMIT).unref();
  }

  #rotateLogs(): void {
    setTimeout(async () => {
      for (const target of this.#targets.values())
        await target.rotateLogs().catch((error) => this.#request.warn('a log could not be rotated', error));
      this.#rotateLogs();
    }, ROTATE_INTERVAL);
  }
}
