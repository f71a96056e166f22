import { run } from './packages.ts';

/** As many hosts as a network has addresses for, without this machine's. */
export const MOST_HOSTS = 13;
/** Where the networks of all test runs are. */
export const ALL_NETWORKS = '10.208.0.0/13';

/** The one network of all hosts of a test run: a bridge in the first host, to which all others are connected. */
export interface Network {
  /** Of the first process of the host with the bridge. */
  readonly pid: number;
}

/** Makes the network in the first host, and connects this machine. */
export function makeNetwork(pid: number): Network {
  const network = { pid };
  const link = `dpl${pid.toString(36)}`;
  run(of(pid, ['ip', 'link', 'add', 'lan', 'type', 'bridge']), '/');
  run(of(pid, ['ip', 'link', 'set', 'lan', 'up']), '/');
  plug(network, 'tests', [link, 'netns', String(process.pid)]);
  run(['ip', 'addr', 'add', `${addressOf(network, 0)}/28`, 'dev', link], '/');
  run(['ip', 'link', 'set', link, 'up'], '/');
  giveAddress(network, { number: 1, pid, device: 'lan' });
  return network;
}

/** Connects another host. */
export function joinNetwork(network: Network, number: number, pid: number): void {
  const device = 'lan';
  plug(network, `host-${number}`, [device, 'netns', String(pid)]);
  run(of(pid, ['ip', 'link', 'set', device, 'up']), '/');
  giveAddress(network, { number, pid, device });
}

/** Of a host by its number, or of this machine, which is 0. The process id keeps test runs at the same time apart. */
export function addressOf({ pid }: Network, number: number): string {
  return `10.${208 + ((pid >> 12) & 7)}.${(pid >> 4) & 255}.${(pid & 15) * 16 + 1 + number}`;
}

/**
 * Addresses for the containers of a host: its default bridge, and a range for all other networks. No two hosts have the
 * same, so that answers find their way back without any translation.
 */
export function containerAddresses(number: number): { readonly bridge: string; readonly range: string } {
  return { bridge: `${block(number)}.0.1/24`, range: `${block(number)}.128.0/17` };
}

function block(number: number): string {
  return `10.${220 + number}`;
}

function giveAddress(network: Network, host: { number: number; pid: number; device: string }): void {
  run(of(host.pid, ['ip', 'addr', 'add', `${addressOf(network, host.number)}/28`, 'dev', host.device]), '/');
  for (let other = 1; other <= MOST_HOSTS; other++)
    if (other !== host.number) {
      const way = ['via', addressOf(network, other), 'dev', host.device];
      run(of(host.pid, ['ip', 'route', 'add', `${block(other)}.0.0/16`, ...way]), '/');
    }
}

/** A cable from the bridge to somewhere else. */
function plug({ pid }: Network, name: string, end: readonly string[]): void {
  run(of(pid, ['ip', 'link', 'add', name, 'type', 'veth', 'peer', 'name', ...end]), '/');
  run(of(pid, ['ip', 'link', 'set', name, 'master', 'lan', 'up']), '/');
}

function of(pid: number, argv: readonly string[]): readonly string[] {
  return ['nsenter', '--net', '--target', String(pid), ...argv];
}
