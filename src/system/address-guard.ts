import { BlockList, isIP } from 'node:net';

/** Where a request may go; see `HttpRequest.reach`. */
export type Reach = 'public' | 'private';

/** [network, bits] of IPv4. "This host", link-local with the clouds' metadata services, multicast, broadcast. */
const NEVER_4: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['100.100.100.200', 32],
  ['224.0.0.0', 4],
  ['255.255.255.255', 32],
];
/** Unspecified, metadata of AWS, link-local, multicast. */
const NEVER_6: readonly [string, number][] = [
  ['::', 128],
  ['fd00:ec2::254', 128],
  ['fe80::', 10],
  ['ff00::', 8],
];
/** Loopback, private, carrier-grade NAT, protocol assignments, benchmarks, reserved (IANA special-purpose registry). */
const PRIVATE_4: readonly [string, number][] = [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['192.0.0.0', 24],
  ['198.18.0.0', 15],
  ['240.0.0.0', 4],
];
/** Loopback, unique local, the old site-local. */
const PRIVATE_6: readonly [string, number][] = [
  ['::1', 128],
  ['fc00::', 7],
  ['fec0::', 10],
];

const NEVER = blockList(NEVER_4, NEVER_6);
const PRIVATE = blockList(PRIVATE_4, PRIVATE_6);

/** Why a request must not go to an address, or `undefined` when it may. Anything but an address is refused. */
export function refusal(address: string, reach: Reach): string | undefined {
  const family = isIP(address);
  if (family === 0) return 'is not an address';
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  if (NEVER.check(address, kind)) return 'is a link-local, unspecified or multicast address, which is never allowed';
  if (reach === 'public' && PRIVATE.check(address, kind)) return 'is a loopback or private address';
  return undefined;
}

/** `BlockList` itself sees through IPv4-mapped IPv6; other ways to carry an IPv4 address are listed beside it. */
function blockList(v4: readonly [string, number][], v6: readonly [string, number][]): BlockList {
  const list = new BlockList();
  for (const [network, bits] of v6) list.addSubnet(network, bits, 'ipv6');
  for (const [network, bits] of v4) {
    list.addSubnet(network, bits, 'ipv4');
    for (const [carrier, at] of carriers(network)) list.addSubnet(carrier, at + bits, 'ipv6');
  }
  return list;
}

/** IPv4-compatible, translated (RFC 2765), NAT64 and 6to4 form of an IPv4 network, and the bit its IPv4 part begins at. */
function carriers(network: string): [string, number][] {
  const [a = 0, b = 0, c = 0, d = 0] = network.split('.').map(Number);
  const groups = [a * 256 + b, c * 256 + d].map((group) => group.toString(16)).join(':');
  return [
    // `::` and `::1` lie within the IPv4-compatible form of 0.0.0.0/8 and have their own entries.
    ...(a === 0 ? [] : [[`::${network}`, 96] as [string, number]]),
    [`::ffff:0:${network}`, 96],
    [`64:ff9b::${network}`, 96],
    [`2002:${groups}::`, 16],
  ];
}
