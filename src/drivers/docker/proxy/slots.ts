import type { DriverContext } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { execute } from '../../image/engine/exec.ts';
import { type Link, linkAt, readFolder } from '../../image/engine/files.ts';
import { type ReadMember, type TarMember, textMember } from '../../tar.ts';
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

/** Slots in use as they were read or written last, by proxy and route, and the link that made them those. */
const lastSeen = new Map<string, { readonly link: Link; readonly state: SlotState }>();

/**
 * What the proxy goes by, whether it runs or not; `undefined` when the route is not there. A revision is replaced and never
 * changed, so each is read once.
 */
export async function readSlots(host: Host, route: string): Promise<SlotState | undefined> {
  const link = await linkInUse(host, route);
  if (!link) return undefined;
  const last = lastSeen.get(keyOf(host, route));
  if (last?.link.stamp === link.stamp) return last.state;
  const members = await readFolder(host.engine, host.shared.proxy, link.target);
  if (!members) return (await linkInUse(host, route))?.stamp === link.stamp ? undefined : readSlots(host, route);
  const state = stateOf(revisionOf(link), members);
  lastSeen.set(keyOf(host, route), { link, state });
  return state;
}

function keyOf({ engine, shared }: Host, route: string): string {
  return `${engine.endpoint.text} ${shared.proxy} ${route}`;
}

function linkInUse({ engine, shared }: Host, route: string): Promise<Link | undefined> {
  return linkAt(engine, shared.proxy, `${SLOT_FOLDER}/${route}/current`);
}

function revisionOf({ target }: Link): number {
  return Number(target.slice(target.lastIndexOf('/') + 2));
}

function stateOf(revision: number, members: readonly Pick<ReadMember, 'path' | 'text'>[]): SlotState {
  const texts = new Map(members.map(({ path, text }) => [path, text]));
  const held = texts.get(HELD)?.split('\n');
  const slots = slotNames().map((slot) => texts.get(slot)?.trim() ?? NOBODY);
  return {
    revision,
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

async function switchTo(host: Host, route: string, before: SlotState, files: readonly SlotFile[]): Promise<void> {
  const { engine, shared } = host;
  const [next, last] = [`r${before.revision + 1}`, `r${before.revision}`];
  const argv = ['sh', '-c', SWITCH, 'sh', `${SLOT_FOLDER}/${route}`, next, last, ...files.flat()];
  // Not ended by whoever calls the deploy off: left alone it would switch later, over what is put back meanwhile.
  const { exitCode, output } = await execute(engine, shared.proxy, argv, AbortSignal.timeout(SWITCH_LIMIT));
  if (exitCode === OVERTAKEN) throw overtaken(shared.proxy, route);
  if (exitCode !== 0)
    throw new DeployerError({
      code: 'DEPLOY_FAILED',
      stage: 'traffic',
      reason: `The proxy ${shared.proxy} could not switch ${route}`,
      fix: 'See what it said',
      detail: (await output()).stderr.slice(-5),
    });
  const link = await linkInUse(host, route);
  const state = stateOf(
    before.revision + 1,
    files.map(([path, text]) => ({ path, text })),
  );
  if (link && revisionOf(link) === state.revision) lastSeen.set(keyOf(host, route), { link, state });
}

function overtaken(proxy: string, route: string): DeployerError {
  return new DeployerError({
    code: 'STATE_CONFLICT',
    stage: 'traffic',
    reason: `Somebody else switched ${route} in the proxy ${proxy} meanwhile`,
    fix: 'Look at "deployer status", and deploy again',
  });
}

const SWITCH_LIMIT = 30_000;
const OVERTAKEN = 9;
/** Names and texts of files follow. Counts of an earlier canary are no part of this one. */
const SWITCH = `cd "$1" || exit 1
[ "$(readlink current)" = "$3" ] || exit ${OVERTAKEN}
rm -rf "$2" && mkdir "$2" || exit 1
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

const BUSY = 10;
/** Addresses follow. The proxy tells of each that was dialled: `{"address":"api:3000","num_requests":0,"fails":0}`. */
const UNDER_WAY = `all=$(wget -q -O - ${ADMIN}/reverse_proxy/upstreams | sed 's/},{/}\\n{/g')
for address in "$@"; do
  case "$(printf '%s\\n' "$all" | grep -F "\\"address\\":\\"$address\\"")" in *'"num_requests":'[1-9]*) exit ${BUSY};; esac
done`;

/** Whether requests or streams are under way to any of the addresses. */
export async function isBusy({ engine, shared }: Host, addresses: readonly string[]): Promise<boolean> {
  const { exitCode } = await execute(engine, shared.proxy, ['sh', '-c', UNDER_WAY, 'sh', ...addresses]);
  return exitCode === BUSY;
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
    if (!(await isBusy(host, addresses))) return 'idle';
    if (clock.monotonic() >= deadline) return 'busy';
    await clock.sleep(LOOK_EVERY, signal);
  }
}
