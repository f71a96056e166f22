import type { SideFigures } from '../../../core/canary-judgement.ts';
import type { DriverContext, Target } from '../../../core/driver.ts';
import type { InspectedRelease, Inspection, Instance } from '../../../core/inspection.ts';
import { type Host, openReachable, type Unreachable, urlOf } from '../host.ts';
import { addUp, countRequests } from '../proxy/counts.ts';
import { isKept, KEPT, type PlacedRelease, type TargetView } from './placed-release.ts';
import { viewTarget } from './view.ts';

/** One release as one host has it. */
interface Part {
  readonly host: Host;
  readonly view: PlacedRelease;
  /** What the host's proxy counted, by address; `undefined` while its users are not split. */
  readonly counts: Counts | undefined;
}

type Counts = ReadonlyMap<string, SideFigures>;

/** What all hosts that answer have; the others are told of. When none answers that is a failure. */
export async function inspectTarget(target: Target, context: DriverContext): Promise<Inspection> {
  const { hosts, unreachable } = await openReachable(target, context);
  const [first] = hosts;
  if (!first) throw unreachable[0]?.error ?? new Error('a service has at least one host');
  const views = await Promise.all(hosts.map((host) => viewHost(host, target)));
  if (unreachable.length === 0 && views.every(({ view }) => isEmpty(view))) return { state: 'absent', releases: [] };
  const url = urlOf(first);
  const parts = views.flatMap(({ host, view, counts }) => view.releases.map((one) => ({ host, view: one, counts })));
  return {
    state: 'present',
    ...(url ? { url } : {}),
    releases: byRelease(parts).map((its) => inspected(its, hosts, unreachable)),
    ...(unreachable.length > 0 ? { silent: unreachable.map(({ name }) => name) } : {}),
  };
}

async function viewHost(host: Host, target: Target) {
  const view = await viewTarget(host, target);
  const isSplit = view.releases.filter(({ percent }) => percent > 0).length > 1 && !host.options.worker;
  return { host, view, counts: isSplit ? await countRequests(host) : undefined };
}

/** Of all its addresses on all hosts together; while nobody counts, none. */
function figuresOf(parts: Parts): Partial<SideFigures> {
  if (parts.every(({ counts }) => counts === undefined)) return {};
  return addUp(parts.flatMap(({ view, counts }) => view.addresses.flatMap((address) => counts?.get(address) ?? [])));
}

function isEmpty({ slots, releases }: TargetView): boolean {
  return !slots && releases.length === 0;
}

type Parts = readonly [Part, ...Part[]];

/** The oldest first. */
function byRelease(parts: readonly Part[]): readonly Parts[] {
  const releases = new Map<string, [Part, ...Part[]]>();
  for (const part of parts.toSorted((one, other) => one.view.created - other.view.created)) {
    const known = releases.get(part.view.release);
    if (known) known.push(part);
    else releases.set(part.view.release, [part]);
  }
  return [...releases.values()];
}

function inspected(parts: Parts, hosts: readonly Host[], unreachable: readonly Unreachable[]): InspectedRelease {
  const [{ host: first, view }] = parts;
  const percent = Math.round(parts.reduce((sum, part) => sum + part.view.percent, 0) / hosts.length);
  const url = percent > 0 ? urlOf(first) : undefined;
  const instances = instancesOf(parts);
  const started = instances.flatMap((one) => (one.state === 'running' ? (one.started_at ?? []) : [])).sort()[0];
  const kept = instances.length > 0 && instances.every(isKept);
  const detail = [
    ...(kept ? [KEPT] : worst(instances, hosts)),
    ...missing(parts, hosts),
    ...unreachable.map(silent),
  ].join('; ');
  return {
    ref: view.release,
    version_id: view.version_id,
    state: WORST_FIRST.find((state) => instances.some((one) => one.state === state)) ?? 'failed',
    percent,
    restarts: instances.reduce((sum, { restarts = 0 }) => sum + restarts, 0),
    instances,
    ...figuresOf(parts),
    ...(url ? { url } : {}),
    ...(first.options.worker ? {} : { internal_url: `http://${view.addresses[0]}` }),
    ...(started ? { started_at: started } : {}),
    ...(detail ? { detail } : {}),
  };
}

const WORST_FIRST: readonly InspectedRelease['state'][] = ['failed', 'stopped', 'starting', 'running'];

/** Of several, which one it is about. */
function worst(instances: readonly Instance[], hosts: readonly Host[]): readonly string[] {
  const place = ({ name, host }: Instance) => (hosts.length > 1 ? `${name} on ${host}` : name);
  return instances.flatMap((one) =>
    one.detail === undefined ? [] : [instances.length > 1 ? `${place(one)} ${one.detail}` : one.detail],
  );
}

/** Hosts are the same, or something was done by hand or stopped half way. */
function missing(parts: Parts, hosts: readonly Host[]): readonly string[] {
  const shares = hosts.map((host) => ({ host, part: parts.find((part) => part.host === host) }));
  const alike = new Set(shares.map(({ part }) => part?.view.percent ?? 0)).size === 1;
  return shares.flatMap(({ host, part }) => {
    if (!part) return [`not on ${host.name}`];
    return alike ? [] : [`${part.view.percent} % of the requests to ${host.name}`];
  });
}

function silent({ name }: Unreachable): string {
  return `${name} does not answer`;
}

/** Hosts that manage the same cluster see the same. */
function instancesOf(parts: Parts): readonly Instance[] {
  const all = parts.flatMap(({ view }) => view.instances);
  return [...new Map(all.map((one) => [`${one.host} ${one.name}`, one])).values()];
}
