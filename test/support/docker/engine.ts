import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from 'vitest';
import { exclusively } from '../installation.ts';
import { engineCall, makeImages } from './images.ts';
import { engineUnavailable, installEngine, run } from './packages.ts';

/** A container engine that tests may fill; each keeps to what it made. */
export interface Engine {
  /** As in `DOCKER_HOST`. */
  readonly endpoint: string;
  readonly socket: string;
  /** Where published ports answer. */
  readonly address: string;
}

export const dockerUnavailable = engineUnavailable();

const START_LIMIT = 60_000;
const OVERLAY = 0x794c7630;

/** The one engine of this test run, or that of `DOCKER_HOST`; the first caller starts it, the others wait. */
export async function dockerEngine(): Promise<Engine> {
  const folder = inject('servers');
  const facts = join(folder, 'docker.json');
  await exclusively(join(folder, 'docker.lock'), async () => {
    if (!existsSync(facts)) await writeFile(facts, JSON.stringify(await launch(folder)));
  });
  return JSON.parse(readFileSync(facts, 'utf8'));
}

async function launch(folder: string): Promise<Engine> {
  const given = process.env.DOCKER_HOST;
  const home = join(folder, 'docker');
  await mkdir(home);
  const engine = given === undefined ? await startEngine(folder, home) : givenEngine(given);
  const made = await makeImages(engine.socket, home);
  if (given !== undefined) await writeFile(join(folder, 'docker.images'), [engine.socket, ...made].join('\n'));
  return engine;
}

function givenEngine(endpoint: string): Engine {
  if (!endpoint.startsWith('unix://')) throw new Error('the tests need the socket of an engine on this machine');
  return { endpoint, socket: endpoint.slice('unix://'.length), address: '127.0.0.1' };
}

/**
 * In namespaces of its own for processes, mounts and network: whatever it starts, mounts and routes goes with its first
 * process, however that ends. Its published ports answer at the far end of a pair of interfaces.
 */
async function startEngine(folder: string, home: string): Promise<Engine> {
  await installEngine();
  const socket = join(home, 'docker.sock');
  const group = `deployer-test-${process.pid}`;
  await writeFile(join(folder, 'docker.cgroup'), group);
  const child = spawn('unshare', [...NAMESPACES, 'sh', '-c', START, 'sh', home, group, storage(home)], {
    detached: true,
    stdio: 'ignore',
  });
  child.unref();
  await writeFile(join(folder, 'docker.pid'), String(child.pid));
  const address = await connectNetwork(await firstProcess(Number(child.pid)));
  await untilAnswers(socket, home);
  return { endpoint: `unix://${socket}`, socket, address };
}

const NAMESPACES = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private'];
const START = `ip link set lo up
[ "$3" = memory ] && mkdir -p $1/data && mount -t tmpfs tmpfs $1/data
exec dockerd --data-root $1/data --exec-root $1/exec --pidfile $1/dockerd.pid -H unix://$1/docker.sock \
  --iptables=false --ip6tables=false --cgroup-parent $2 >$1/log 2>&1`;

/** Layers cannot lie on layers: where the folder is on an overlay itself, they are kept in memory. */
function storage(folder: string): 'disk' | 'memory' {
  return process.env.DEPLOYER_TEST_LAYERS === 'memory' || statfsSync(folder).type === OVERLAY ? 'memory' : 'disk';
}

async function firstProcess(unshare: number): Promise<number> {
  const children = `/proc/${unshare}/task/${unshare}/children`;
  for (const end = Date.now() + START_LIMIT; Date.now() < end; await sleep(10)) {
    const pid = existsSync(children) ? Number(readFileSync(children, 'utf8').trim()) : 0;
    if (pid > 0) return pid;
  }
  throw new Error('the namespaces of the container engine were not made');
}

/** Numbers of the two ends follow from the process id, so that test runs at the same time do not meet. */
async function connectNetwork(pid: number): Promise<string> {
  const [high, low] = [(pid >> 6) & 255, (pid & 63) * 4];
  const [near, far, link] = [`10.213.${high}.${low + 1}`, `10.213.${high}.${low + 2}`, `dpl${pid.toString(36)}`];
  const inside = ['nsenter', '--net', '--target', String(pid)];
  run(['ip', 'link', 'add', link, 'type', 'veth', 'peer', 'name', 'outside', 'netns', String(pid)], '/');
  run(['ip', 'addr', 'add', `${near}/30`, 'dev', link], '/');
  run(['ip', 'link', 'set', link, 'up'], '/');
  run([...inside, 'ip', 'addr', 'add', `${far}/30`, 'dev', 'outside'], '/');
  run([...inside, 'ip', 'link', 'set', 'outside', 'up'], '/');
  return far;
}

async function untilAnswers(socket: string, home: string): Promise<void> {
  for (const end = Date.now() + START_LIMIT; ; await sleep(20)) {
    const answer = await engineCall(socket, 'GET', '/_ping').catch(() => undefined);
    if (answer?.status === 200) return;
    if (Date.now() > end) throw new Error(`the container engine did not start: ${readFileSync(join(home, 'log'))}`);
  }
}
