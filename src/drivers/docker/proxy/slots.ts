import type { DriverContext } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { type TarMember, textMember } from '../../tar.ts';
import { execute } from '../engine/exec.ts';
import { readFolder } from '../engine/files.ts';
import type { Host } from '../host.ts';
import { ADMIN, COUNTED, HELD, NOBODY, NOWHERE, SLOT_FOLDER, SLOTS, slotNames } from './caddy.ts';
import { FORGET } from './counts.ts';

/** Who answers in each slot: `container:port`, or nobody. */
export type Slots = readonly (string | null)[];

export const NOBODY_AT_ALL: Slots = Array.from({ length: SLOTS }, () => null);

/** Slots in use, and the revision they are. */
export interface SlotState {
  readonly revision: number;
  readonly slots: Slots;
  /** While requests wait: who answered before. */
  readonly held?: readonly string[];
}

/** Coprime with the number of slots, near its golden section: each next slot is far from those before. */
const STRIDE = 61;

/**
 * Shares in percent → slots. Who loses a slot loses no more than it has to, and slots of one release lie far apart: so a
 * growing canary keeps those it has, and no order of requests meets only one release.
 */
export function assignSlots(before: Slots, shares: ReadonlyMap<string, number>): Slots {
  const room = new Map(shares);
  const order = Array.from({ length: SLOTS }, (_, index) => (index * STRIDE) % SLOTS);
  const slots: (string | null)[] = [...NOBODY_AT_ALL];
  for (const slot of order) take(slot, before[slot] ?? '');
  for (const slot of order.filter((index) => slots[index] === null))
    take(slot, [...room].find(([, left]) => left > 0)?.[0] ?? '');
  return slots;

  function take(slot: number, address: string): void {
    const left = room.get(address) ?? 0;
    if (left <= 0) return;
    room.set(address, left - 1);
    slots[slot] = address;
  }
}

/** Its share is spread over its addresses. */
export interface ReleaseShare {
  readonly addresses: readonly string[];
  readonly percent: number;
}

/**
 * Shares of releases → shares of their addresses, which differ by one at most. The ones left over go to whoever has most
 * now, so that no slot moves without need.
 */
export function spreadShares(before: Slots, releases: readonly ReleaseShare[]): ReadonlyMap<string, number> {
  const now = sharesOf(before);
  const owned = (address: string) => now.get(address) ?? 0;
  return new Map(
    releases.flatMap(({ addresses, percent }) => {
      const [each, over] = [Math.floor(percent / addresses.length), percent % addresses.length];
      const largest = [...addresses].sort((one, other) => owned(other) - owned(one));
      return largest.map((address, index) => [address, each + (index < over ? 1 : 0)] as const);
    }),
  );
}

/** Percent of the requests by address. */
export function sharesOf(slots: Slots): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  for (const address of slots) if (address !== null) shares.set(address, (shares.get(address) ?? 0) + 1);
  return shares;
}

/** What the proxy goes by, whether it runs or not; `undefined` when the route is not there. */
export async function readSlots({ engine, shared }: Host, route: string): Promise<SlotState | undefined> {
  const members = await readFolder(engine, shared.proxy, `${SLOT_FOLDER}/${route}`);
  const current = members?.find(({ path, kind }) => path === 'current' && kind === 'link')?.text;
  if (!members || current === undefined) return undefined;
  const texts = new Map(members.map(({ path, text }) => [path, text]));
  const held = texts.get(`${current}/${HELD}`)?.split('\n');
  const slots = slotNames().map((slot) => texts.get(`${current}/${slot}`)?.trim() ?? NOBODY);
  return {
    revision: Number(current.slice(1)),
    slots: slots.map((address) => (address === NOBODY ? null : address)),
    ...(held ? { held } : {}),
  };
}

/** From now on requests wait, until slots are written again. */
export function holdRequests(host: Host, route: string, before: SlotState, held: readonly string[]): Promise<void> {
  const slots = Array.from({ length: SLOTS }, () => NOWHERE);
  return switchTo(host, route, before, [...slotFiles(slots), [HELD, held.join('\n')]]);
}

/**
 * Switches between two requests: the new slots are written whole beside the old, and one rename of a link makes them the
 * ones in use. No connection is touched.
 */
export function writeSlots(
  host: Host,
  route: string,
  before: SlotState,
  { slots, counting }: { readonly slots: Slots; readonly counting: 'counted' | 'uncounted' },
): Promise<void> {
  const mark: readonly SlotFile[] = counting === 'counted' ? [[COUNTED, '']] : [];
  return switchTo(host, route, before, [...slotFiles(slots), ...mark]);
}

type SlotFile = readonly [name: string, text: string];

async function switchTo(
  { engine, shared }: Host,
  route: string,
  before: SlotState,
  files: readonly SlotFile[],
): Promise<void> {
  const [next, last] = [`r${before.revision + 1}`, `r${before.revision}`];
  const argv = ['sh', '-c', SWITCH, 'sh', `${SLOT_FOLDER}/${route}`, next, last, ...files.flat()];
  const { exitCode, output } = await execute(engine, shared.proxy, argv);
  if (exitCode !== 0)
    throw new DeployerError({
      code: 'DEPLOY_FAILED',
      stage: 'traffic',
      reason: `The proxy ${shared.proxy} could not switch ${route}`,
      fix: 'See what it said',
      detail: (await output()).stderr.slice(-5),
    });
}

/** Names and texts of files follow. Counts of an earlier canary are no part of this one. */
const SWITCH = `cd "$1" && rm -rf "$2" && mkdir "$2" || exit 1
slots=$1 next=$2 last=$3; shift 3
while [ $# -gt 0 ]; do printf %s "$2" >"$next/$1" || exit 1; shift 2; done
[ -e "$next/${COUNTED}" ] && [ ! -e "current/${COUNTED}" ] && ${FORGET}
cd "$slots" && ln -sfn "$next" next && mv -T next current || exit 1
for old in r*; do [ "$old" = "$next" ] || [ "$old" = "$last" ] || rm -rf "$old"; done`;

function slotFiles(slots: Slots): readonly SlotFile[] {
  return slots.map((address, slot) => [String(slot).padStart(2, '0'), address ?? NOBODY]);
}

export function slotMembers(folder: string, slots: Slots): readonly TarMember[] {
  return slotFiles(slots).map(([name, text]) => textMember(`${folder}/${name}`, text));
}

/** One line for each address that was dialled; the slots themselves, which have none, are many. */
const UNDER_WAY = `wget -q -O - ${ADMIN}/reverse_proxy/upstreams | sed 's/},{/}\\n{/g' | grep -vF '"{file.'`;

/** Requests and streams under way, by address. */
export async function inFlight({ engine, shared }: Host): Promise<ReadonlyMap<string, number>> {
  const { output } = await execute(engine, shared.proxy, ['sh', '-c', UNDER_WAY]);
  const { stdout } = await output();
  return new Map(
    stdout.flatMap((line) => {
      const [, address, requests] = /"address":"([^"]+)","num_requests":(\d+)/.exec(line) ?? [];
      return address === undefined ? [] : [[address, Number(requests)]];
    }),
  );
}

const LOOK_EVERY = 200;

/** Waits until nothing is under way on any of the addresses, or the limit (ms) has passed: streams may never end. */
export async function drain(
  host: Host,
  addresses: readonly string[],
  limit: number,
  { clock, signal }: DriverContext,
): Promise<'idle' | 'busy'> {
  const deadline = clock.monotonic() + limit;
  for (;;) {
    const requests = await inFlight(host);
    if (addresses.every((address) => (requests.get(address) ?? 0) === 0)) return 'idle';
    if (clock.monotonic() >= deadline) return 'busy';
    await clock.sleep(LOOK_EVERY, signal);
  }
}
