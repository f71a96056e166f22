import { DeployerError } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import type { StateDocument } from '../core/state.ts';
import type { Store } from '../core/store.ts';
import type { Audit } from './audit.ts';
import { lockHolder } from './lock.ts';
import { lockNames } from './lock-record.ts';
import type { Machine } from './process-identity.ts';
import { keyOf, listSnapshots, readableCopy, readNewest, readSnapshot, type WholeSnapshot } from './snapshots.ts';
import { damagedVersion, readVersion, versionIds } from './versions.ts';

/** What `state verify` found. Without findings of level `error` the state can be relied on. */
export interface StateReport {
  readonly checked: { readonly snapshots: number; readonly versions: number; readonly locks: number };
  readonly findings: readonly Finding[];
}

export interface VerifyContext {
  readonly store: Store;
  readonly machine: Machine;
  readonly project: string;
  readonly audit: Audit;
}

/** Reads everything, changes nothing; each finding says how to mend it. */
export async function verifyState(context: VerifyContext): Promise<StateReport> {
  const { store } = context;
  const snapshots = await checkSnapshots(store);
  const newest = await checkNewest(context);
  const versions = await checkVersions(store, newest.document);
  const locks = await checkLocks(context);
  const findings = [
    ...snapshots.findings,
    ...newest.findings,
    ...versions.findings,
    ...locks.findings,
    ...(await context.audit.verify()),
    ...((await store.upkeep?.check()) ?? []),
  ];
  return { checked: { snapshots: snapshots.count, versions: versions.count, locks: locks.count }, findings };
}

/** Oldest first: each has to be whole and to name the digest of the whole one before it. */
async function checkSnapshots(store: Store) {
  const { serials } = await listSnapshots(store);
  const findings: Finding[] = [];
  let before: WholeSnapshot | undefined;
  for (const serial of serials.toReversed()) {
    const snapshot = await readSnapshot(store, serial);
    if (snapshot === 'absent') continue;
    if (snapshot === 'damaged') {
      const fix = `Restore ${keyOf(serial)} from a backup or move it away; check what really runs: deployer status`;
      findings.push(fault({ file: keyOf(serial), message: `${keyOf(serial)} is not whole`, fix }));
      continue;
    }
    if (before && snapshot.previous !== before.digest) findings.push(brokenChain(serial, before.stored.serial));
    if (before && snapshot.stored.lineage !== before.stored.lineage) findings.push(otherLineage(serial));
    before = snapshot;
  }
  return { count: serials.length, findings };
}

async function checkNewest({
  store,
  project,
}: VerifyContext): Promise<{ document?: StateDocument; findings: Finding[] }> {
  try {
    const { newest } = await readNewest(store, project);
    if (!newest) return { findings: [] };
    return { document: newest.document, findings: await checkCopy(store, newest.document) };
  } catch (error) {
    if (!(error instanceof DeployerError)) throw error;
    const { code, reason, fix } = error.failure;
    return { findings: [{ level: 'error', code, message: reason, ...(fix ? { fix } : {}) }] };
  }
}

async function checkCopy(store: Store, document: StateDocument): Promise<Finding[]> {
  const copy = await store.read('state.json');
  if (copy && Buffer.compare(copy, readableCopy(document)) === 0) return [];
  const message = 'state.json, the copy for people, is not the newest state';
  return [
    {
      ...fault({ file: 'state.json', message, fix: 'Nothing reads it; the next run writes it anew' }),
      level: 'warning',
    },
  ];
}

async function checkVersions(store: Store, document: StateDocument | undefined) {
  const ids = await versionIds(store);
  const findings: Finding[] = [];
  for (const id of ids) if ((await readVersion(store, id)) === 'damaged') findings.push(damagedVersion(id));
  const present = new Set(ids);
  for (const [id, environment] of document ? referenced(document) : []) {
    const message = `Version ${id}, which ${environment} refers to, is not on record`;
    const file = `versions/${id}.json`;
    if (!present.has(id))
      findings.push(
        fault({ file, message, fix: `Restore ${file} from a backup; it cannot be promoted or rolled back to` }),
      );
  }
  return { count: ids.length, findings: [...findings, ...(await danglingNames(store, present))] };
}

/** Version ids that the state names, each with an environment that does. */
function referenced(document: StateDocument): Map<string, string> {
  const found = new Map<string, string>();
  for (const { name, current, canary, deployments } of Object.values(document.environments)) {
    const releases = [...Object.values(current), ...Object.values(canary?.releases ?? {})];
    for (const { version_id } of [...releases, ...deployments, ...(canary ? [canary] : [])])
      found.set(version_id, name);
  }
  return found;
}

/** A crash between the two writes of a named version leaves the name without the version. */
async function danglingNames(store: Store, present: ReadonlySet<string>): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const name of await store.list('versions/names/')) {
    const file = `versions/names/${name}`;
    const id = Buffer.from((await store.read(file)) ?? [])
      .toString('utf8')
      .trim();
    if (present.has(id)) continue;
    const message = `The version name ${name} stands for ${id}, which is not on record`;
    findings.push({
      ...fault({ file, message, fix: `Resume the run that was cut off, or remove ${file} to free the name` }),
      level: 'warning',
    });
  }
  return findings;
}

async function checkLocks({ store, machine }: VerifyContext) {
  const names = await lockNames(store);
  const findings: Finding[] = [];
  for (const name of names) {
    const holder = await lockHolder({ store, machine }, name);
    if (holder && holder.condition !== 'alive') findings.push(staleLock(name, holder));
  }
  return { count: names.length, findings };
}

function staleLock(name: string, { record, condition }: NonNullable<Awaited<ReturnType<typeof lockHolder>>>): Finding {
  const dead = condition === 'dead';
  const state = dead ? 'which has ended without releasing it' : 'about which nothing can be known from this machine';
  return {
    level: 'warning',
    code: 'STATE_LOCKED',
    message: `The lock of ${name} is held by ${record.who} on ${record.host} since ${record.started_at} (${record.command}), ${state}`,
    fix: dead
      ? 'The next run takes it over'
      : `If it is surely not running any more: deployer state unlock ${record.id}`,
  };
}

function brokenChain(serial: number, before: number): Finding {
  const message = `${keyOf(serial)} was not built on ${keyOf(before)}, the whole snapshot before it`;
  return fault({ file: keyOf(serial), message, fix: 'Compare the two; one of them was put in by hand or restored' });
}

function otherLineage(serial: number): Finding {
  const message = `${keyOf(serial)} has another lineage than the snapshot before it`;
  return fault({ file: keyOf(serial), message, fix: `Move ${keyOf(serial)} away: it was copied from another state` });
}

function fault({ file, message, fix }: { file: string; message: string; fix: string }): Finding {
  return { level: 'error', code: 'STATE_CORRUPT', message, place: { file }, fix };
}
