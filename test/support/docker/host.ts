import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statfsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from 'vitest';
import { exclusively } from '../installation.ts';
import { engineCall } from './images.ts';
import { ALL_NETWORKS, addressOf, containerAddresses, joinNetwork, makeNetwork, type Network } from './network.ts';
import { installEngine } from './packages.ts';

/**
 * A machine with a container engine of its own, made of namespaces. All hosts of a test run, their containers and the
 * machine of the tests reach what a host publishes at its address.
 */
export interface Host {
  /** `host-1`, `host-2` …; its host name. */
  readonly name: string;
  /** Of its engine; a file that this machine sees. */
  readonly socket: string;
  readonly address: string;
  /** Of its first process, as this machine counts; everything in the host ends with it. */
  readonly pid: number;
}

const START_LIMIT = 60_000;
const OVERLAY = 0x794c7630;

/** A host by its number, from 1 on, started by the first in a test run who asks. */
export async function startHost(number: number): Promise<Host> {
  const folder = inject('servers');
  const facts = join(folder, `host-${number}.json`);
  const first = number === 1 ? undefined : await startHost(1);
  await exclusively(join(folder, `host-${number}.lock`), async () => {
    if (!existsSync(facts)) await writeFile(facts, JSON.stringify(await launch(number, folder, first)));
  });
  return JSON.parse(readFileSync(facts, 'utf8'));
}

/** In namespaces of its own: whatever it starts, mounts and routes goes with its first process, however that ends. */
async function launch(number: number, folder: string, first: Network | undefined): Promise<Host> {
  await installEngine();
  const name = `host-${number}`;
  const home = join(folder, name);
  mkdirSync(home);
  const group = `deployer-test-${basename(folder)}`;
  await writeFile(join(folder, 'docker.cgroup'), group);
  const { bridge, range } = containerAddresses(number);
  const argv = ['sh', '-c', START, 'sh', home, group, storage(home), name, bridge, range];
  const child = spawn('unshare', [...NAMESPACES, ...argv], { detached: true, stdio: 'ignore' });
  child.unref();
  await writeFile(join(folder, `${name}.pid`), String(child.pid));
  const pid = await firstProcess(Number(child.pid));
  if (first === undefined) makeNetwork(pid);
  else joinNetwork(first, number, pid);
  const socket = join(home, 'docker.sock');
  await untilAnswers(socket, home);
  return { name, socket, address: addressOf(first ?? { pid }, number), pid };
}

const NAMESPACES = [
  ...['--mount', '--net', '--pid', '--uts', '--fork'],
  ...['--kill-child', '--mount-proc', '--propagation', 'private'],
];
/** What an engine has in `/etc/docker` is its identity, and no two may have the same. */
const START = `ip link set lo up
hostname $4
mkdir -p /etc/docker && mount -t tmpfs tmpfs /etc/docker
[ "$3" = memory ] && mkdir -p $1/data && mount -t tmpfs tmpfs $1/data
exec dockerd --data-root $1/data --exec-root $1/exec --pidfile $1/dockerd.pid -H unix://$1/docker.sock \
  --iptables=false --ip6tables=false --cgroup-parent $2 --insecure-registry ${ALL_NETWORKS} \
  --bip $5 --default-address-pool base=$6,size=24 >$1/log 2>&1`;

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

async function untilAnswers(socket: string, home: string): Promise<void> {
  for (const end = Date.now() + START_LIMIT; ; await sleep(20)) {
    const answer = await engineCall(socket, 'GET', '/_ping').catch(() => undefined);
    if (answer?.status === 200) return;
    if (Date.now() > end) throw new Error(`the container engine did not start: ${readFileSync(join(home, 'log'))}`);
  }
}

/** A port that no other in this test run was given, below those that the kernel gives. */
export async function nextPort(): Promise<number> {
  const file = join(inject('servers'), 'ports');
  let port = 20_000;
  await exclusively(`${file}.lock`, async () => {
    if (existsSync(file)) port = Number(readFileSync(file, 'utf8')) + 1;
    await writeFile(file, String(port));
  });
  return port;
}
