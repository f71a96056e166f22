import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Artifact, ArtifactStore } from '../../src/core/artifact.ts';
import type { ServiceConfig } from '../../src/core/config.ts';
import { type Digest, digestBytes } from '../../src/core/digest.ts';
import type { DriverContext, DriverFacts, Target } from '../../src/core/driver.ts';
import type { Probe, ProbeAttempt, ProbeRequest } from '../../src/core/health.ts';
import { detectStack } from '../../src/project/detect-stack.ts';

/** A project folder with what a driver may use, as real as a single test needs it. */
export interface DriverWorld {
  readonly root: string;
  readonly folder: string;
  /** Puts files into the store; the same files give the same artifact. */
  artifact(files: Readonly<Record<string, string>>): Promise<Artifact>;
  /** Each context has an idempotency key of its own unless told otherwise. */
  context(given?: Partial<DriverContext>): DriverContext;
  remove(): Promise<void>;
}

export async function createDriverWorld(): Promise<DriverWorld> {
  const root = await mkdtemp(join(tmpdir(), 'deployer-driver-'));
  const folder = join(root, '.deployer', 'drivers', 'under-test');
  const store = artifactStore(join(root, '.deployer', 'artifacts'));
  let operations = 0;
  return {
    root,
    folder,
    artifact: (files) => putFiles(store, root, files),
    context: (given) => ({ ...basicContext(root, folder, store), idempotencyKey: `key-${++operations}`, ...given }),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

/** A target whose service has what is given, and defaults for the rest. */
export function targetOf(facts: DriverFacts, service: Partial<ServiceConfig>, environment = 'dev'): Target {
  const checked = facts.checkOptions(service.options ?? {});
  if (!checked.ok) throw new Error(`options of the test are wrong: ${JSON.stringify(checked.problems)}`);
  return {
    project: 'shop',
    environment,
    mode: 'dev',
    resource: null,
    service: {
      name: 'api',
      driver: facts.name,
      path: '.',
      build: { output: [], env: [] },
      env: [],
      after: [],
      timeout: 15_000,
      ...service,
      options: checked.options,
    },
  };
}

/** Asks until the answer is the one wanted; fails with the last one when the time is up. */
export async function eventually<T>(
  ask: () => T | Promise<T>,
  wanted: (answer: Awaited<T>) => boolean,
  limit = 15_000,
): Promise<Awaited<T>> {
  const deadline = performance.now() + limit;
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    if (performance.now() > deadline) throw new Error(`still ${JSON.stringify(answer)} after ${limit} ms`);
    await sleep(25);
  }
}

/** The fixture server and the label it answers with. */
export async function appFiles(label: string): Promise<Record<string, string>> {
  const source = new URL('../fixtures/apps/app.mjs', import.meta.url);
  return { 'app.mjs': await readFile(source, 'utf8'), 'label.txt': label };
}

function basicContext(root: string, folder: string, artifacts: ArtifactStore): DriverContext {
  return {
    clock: {
      now: () => Date.now(),
      monotonic: () => performance.now(),
      sleep: (ms, signal) => sleep(ms, undefined, { signal }),
    },
    entropy: {
      id: (prefix) => `${prefix}${process.hrtime.bigint()}`,
      random: Math.random,
      bytes: (length) => new Uint8Array(length),
    },
    http: { send: () => Promise.reject(new Error('no network in this test')) },
    names: { addressesOf: () => Promise.reject(new Error('no names in this test')) },
    sockets: { open: () => Promise.reject(new Error('no sockets in this test')) },
    peers: { send: () => Promise.reject(new Error('no peers in this test')) },
    processes: {
      run: () => Promise.reject(new Error('no processes in this test')),
      shell: () => Promise.reject(new Error('no processes in this test')),
    },
    artifacts,
    probe,
    root,
    folder,
    credentials: {},
    settings: {},
    detect: async (path) => detectStack(root, path),
    signal: new AbortController().signal,
    timeout: 30_000,
    idempotencyKey: '',
    log: () => undefined,
  };
}

async function putFiles(
  store: ArtifactStore,
  root: string,
  files: Readonly<Record<string, string>>,
): Promise<Artifact> {
  const folder = await mkdtemp(join(root, 'build-'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await writeFile(join(folder, '.digest'), JSON.stringify(files));
  return store.put(folder);
}

/** Keeps trees by the digest of the `.digest` file that `putFiles` lays beside them. */
function artifactStore(base: string): ArtifactStore {
  const place = (digest: Digest) => join(base, digest.replace(':', '-'));
  return {
    put: async (folder) => {
      const digest = digestBytes(await readFile(join(folder, '.digest')));
      await rm(join(folder, '.digest'));
      await cp(folder, place(digest), { recursive: true });
      await rm(folder, { recursive: true });
      return { kind: 'files', digest };
    },
    list: () => Promise.reject(new Error('no lists in this test')),
    copyTo: (digest, folder) => cp(place(digest), folder, { recursive: true }),
    locate: async (digest) => place(digest),
    has: async () => true,
    verify: async () => [],
    prune: async () => [],
  };
}

/** Tries HTTP and TCP checks until enough answers in a row are good, the time is up, or `doomed` speaks. */
const probe: Probe = async (request) => {
  const { check, signal, doomed, onAttempt } = request;
  const started = performance.now();
  let last: ProbeAttempt | undefined;
  for (let number = 1, good = 0; ; number++) {
    signal.throwIfAborted();
    const elapsed_ms = performance.now() - started;
    const reason = doomed?.();
    const verdict = { attempts: number - 1, elapsed_ms, ...(last ? { last } : {}), ...(reason ? { reason } : {}) };
    if (good >= check.successes) return { healthy: true, ...verdict };
    if (reason || elapsed_ms > check.timeout) return { healthy: false, ...verdict };
    const answer = check.kind === 'http' ? await httpAnswer(request) : await tcpAnswer(request);
    last = { number, elapsed_ms, ...answer };
    onAttempt?.(last);
    good = answer.ok ? good + 1 : 0;
    if (good < check.successes) await sleep(check.interval, undefined, { signal });
  }
};

async function httpAnswer({ check, url, signal }: ProbeRequest): Promise<{ ok: boolean; answer: string }> {
  if (check.kind !== 'http') throw new Error('not an HTTP check');
  try {
    const response = await fetch(new URL(check.target, url), { signal });
    return { ok: check.status.includes(response.status), answer: `HTTP ${response.status} "${await response.text()}"` };
  } catch {
    signal.throwIfAborted();
    return { ok: false, answer: 'connection refused' };
  }
}

function tcpAnswer({ url }: ProbeRequest): Promise<{ ok: boolean; answer: string }> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.once('connect', () => resolve({ ok: true, answer: 'connected' })).once('connect', () => socket.destroy());
    socket.once('error', () => resolve({ ok: false, answer: 'connection refused' }));
  });
}

/** How the fixture server says that it is well; worlds differ in their patience. */
export const FIXTURE_HEALTH = {
  kind: 'http',
  target: '/healthz',
  status: [200],
  headers: {},
  allowPrivate: false,
  timeout: 10_000,
  interval: 50,
  successes: 1,
} as const;
