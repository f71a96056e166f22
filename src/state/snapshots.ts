import type { Digest } from '../core/digest.ts';
import { DeployerError } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import { STATE_FORMAT, type StateDocument } from '../core/state.ts';
import type { Store } from '../core/store.ts';
import { list as inWords } from '../core/text.ts';
import { seal, unseal } from './sealed.ts';

const FOLDER = 'state/';
const NAME = /^(\d{8,15})\.json$/;
const MARKER = /^lineage-([0-9a-f-]{36})$/;
const KEPT = 50;

/** The names in the `state/` folder, read once. */
export interface SnapshotNames {
  /** Newest first. */
  readonly serials: readonly number[];
  /** Lineages that this folder belongs to: one, or none before the first write. */
  readonly lineages: readonly string[];
}

export interface NewestSnapshot {
  readonly names: SnapshotNames;
  /** `undefined` when nothing was ever written. */
  readonly newest?: { readonly digest: Digest; readonly document: StateDocument };
  /** Newer snapshots that are not whole. */
  readonly skipped: readonly Finding[];
}

/** As it stands in the file: any format, any project. */
export interface WholeSnapshot {
  readonly digest: Digest;
  /** Digest of the whole snapshot it was built on. */
  readonly previous: Digest | null;
  readonly stored: StateDocument;
}

export function keyOf(serial: number): string {
  return `${FOLDER}${String(serial).padStart(8, '0')}.json`;
}

export async function listSnapshots(store: Store): Promise<SnapshotNames> {
  const names = await store.list(FOLDER);
  const serials = names.flatMap((name) => (NAME.exec(name) ? [Number.parseInt(name, 10)] : []));
  const lineages = names.flatMap((name) => MARKER.exec(name)?.[1] ?? []);
  return { serials: serials.sort((a, b) => b - a), lineages };
}

/**
 * The newest whole snapshot: one listing and one read, however long the history is. Never takes a damaged history for an
 * empty one: throws `STATE_CORRUPT` when there are snapshots and none is whole, and refuses those of another project,
 * lineage or newer format.
 */
export async function readNewest(store: Store, project: string): Promise<NewestSnapshot> {
  const names = await listSnapshots(store);
  const skipped: Finding[] = [];
  for (const serial of names.serials) {
    const read = await readSnapshot(store, serial);
    if (read === 'absent') continue;
    if (read !== 'damaged') return { names, newest: accepted(read, { project, names }), skipped };
    skipped.push(damaged(serial));
  }
  if (names.serials.length > 0 || names.lineages.length > 0) throw noneWhole(names);
  return { names, skipped };
}

/** `damaged` also stands for a snapshot under another number than its own. */
export async function readSnapshot(store: Store, serial: number): Promise<WholeSnapshot | 'damaged' | 'absent'> {
  const bytes = await store.read(keyOf(serial));
  if (!bytes) return 'absent';
  const sealed = unseal(bytes);
  const content = (sealed?.value ?? {}) as { previous?: Digest | null; document?: StateDocument };
  if (!sealed || content.previous === undefined || content.document?.serial !== serial) return 'damaged';
  return { digest: sealed.digest, previous: content.previous, stored: content.document };
}

/**
 * Adds a snapshot behind `base`. `conflict`: somebody else wrote that number first, or it lies in a past that is pruned
 * already (a writer that was stopped for long would otherwise write where nobody looks).
 */
export async function addSnapshot(
  store: Store,
  { base, document }: { base: NewestSnapshot; document: StateDocument },
): Promise<'created' | 'conflict'> {
  const { bytes, digest } = seal({ previous: base.newest?.digest ?? null, document });
  if ((await store.create(keyOf(document.serial), bytes)) === 'exists') return 'conflict';
  // It is written: what fails from here on is made good by the next write.
  const names = await listSnapshots(store).catch(() => undefined);
  if (!names) return 'created';
  if (!(await isInLine(store, { serial: document.serial, digest, names }))) {
    await store.remove(keyOf(document.serial));
    return 'conflict';
  }
  await mark(store, { names, lineage: document.lineage }).catch(() => undefined);
  await prune(store, { names, base }).catch(() => undefined);
  return 'created';
}

/** The text of `state.json`, the copy for people. */
export function readableCopy(document: StateDocument): Uint8Array {
  return Buffer.from(`${JSON.stringify(document, null, 2)}\n`);
}

/** A number can only have been pruned, and so be free again, when 50 newer ones exist; then what follows has to be built on ours. */
async function isInLine(
  store: Store,
  { serial, digest, names }: { serial: number; digest: Digest; names: SnapshotNames },
): Promise<boolean> {
  if ((names.serials[0] ?? 0) < serial + KEPT) return true;
  const next = await readSnapshot(store, serial + 1);
  return typeof next === 'object' && next.previous === digest;
}

/** An empty key whose name says to which lineage the folder belongs, so that a snapshot put in by hand is found out at no cost. */
async function mark(store: Store, { names, lineage }: { names: SnapshotNames; lineage: string }): Promise<void> {
  if (names.lineages.length === 0) await store.create(`${FOLDER}lineage-${lineage}`, new Uint8Array());
}

/** Keeps the last 50, and the last two good ones whatever happens: the one just written and the one it was built on. */
async function prune(store: Store, { names, base }: { names: SnapshotNames; base: NewestSnapshot }): Promise<void> {
  for (const serial of names.serials.slice(KEPT)) {
    if (serial !== base.newest?.document.serial) await store.remove(keyOf(serial));
  }
}

function accepted({ digest, stored }: WholeSnapshot, { project, names }: { project: string; names: SnapshotNames }) {
  const place = keyOf(stored.serial);
  if (stored.format !== STATE_FORMAT)
    throw refused(
      `${place} has format ${stored.format}, written by deployer ${stored.writer.tool}; this one knows format ${STATE_FORMAT}`,
      `Install deployer ${stored.writer.tool} or newer`,
    );
  if (stored.project !== project)
    throw refused(
      `${place} belongs to the project ${stored.project}, not to ${project}`,
      `Set "project: ${stored.project}", or another state.path for ${project}`,
    );
  if (names.lineages.length > 0 && !names.lineages.includes(stored.lineage))
    throw refused(
      `${place} has lineage ${stored.lineage}, but the folder belongs to ${inWords(names.lineages)}`,
      `Move ${place} away: it was copied from another state`,
    );
  return { digest, document: stored };
}

function refused(reason: string, fix: string): DeployerError {
  return new DeployerError({ code: 'STATE_UNAVAILABLE', stage: 'state', reason, fix });
}

export function damaged(serial: number): Finding {
  return {
    level: 'warning',
    code: 'STATE_CORRUPT',
    message: `${keyOf(serial)} is not whole and was skipped; the state before it is used`,
    place: { file: keyOf(serial) },
    fix: 'Run "deployer state verify", then compare with what really runs: deployer status',
  };
}

function noneWhole({ serials }: SnapshotNames): DeployerError {
  const files = serials.slice(0, 5).map(keyOf);
  const reason =
    files.length > 0
      ? `None of the ${serials.length} snapshots is whole: ${files.join(', ')}${serials.length > 5 ? ', …' : ''}`
      : 'The snapshots of the state were removed: state/ holds none, but it did';
  const fix = 'Restore the state folder from a backup; to start anew on purpose, move its state/ folder away';
  return new DeployerError({ code: 'STATE_CORRUPT', stage: 'state', reason, fix });
}
