import { DeployerError } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import type { Version } from '../core/state.ts';
import type { Store } from '../core/store.ts';
import { seal, unseal } from './sealed.ts';

const FOLDER = 'versions/';
const ID = /^ver_[0-9A-Za-z]{1,64}$/;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/;

export const VERSION_NAME_RULE =
  'letters, digits, ".", "_", "+" and "-", starting with a letter or digit, at most 64 characters, not "ver_…"';

/** The immutable records of what was built. Looking one up costs the same however many there are. */
export interface Versions {
  /**
   * Puts a version on record; the same once more is no error. A name is used once per project: `USAGE` when another
   * version has it or it breaks `VERSION_NAME_RULE`, `STATE_CONFLICT` when the id stands for something else already.
   */
  create(version: Version): Promise<void>;
  /** By id or name. `NOT_FOUND` when there is none, `STATE_CORRUPT` when its record is not whole. */
  get(idOrName: string): Promise<Version>;
  /** `USAGE` when another version has the name or it breaks `VERSION_NAME_RULE`. */
  requireFree(name: string): Promise<void>;
  /** The id that a name stands for; `undefined` while the name is free. */
  idOf(name: string): Promise<string | undefined>;
  /** Newest first. Reads only what it answers; `skipped` names records that are not whole. */
  list(options: {
    readonly limit: number;
  }): Promise<{ readonly versions: readonly Version[]; readonly skipped: readonly Finding[] }>;
}

export function openVersions(store: Store): Versions {
  return {
    async create(version) {
      if (version.name !== undefined) await reserve(store, { name: version.name, id: version.id });
      await createOnce(store, version);
    },
    async get(idOrName) {
      const id = ID.test(idOrName) ? idOrName : await idOf(store, idOrName);
      const version = id === undefined ? 'absent' : await readVersion(store, id);
      if (version === 'absent') throw notFound(idOrName);
      if (version === 'damaged') throw corrupt(damagedVersion(id ?? idOrName));
      return version;
    },
    async requireFree(name) {
      requireName(name);
      const owner = await idOf(store, name);
      if (owner !== undefined) throw taken(name, owner);
    },
    idOf: (name) => idOf(store, name),
    list: ({ limit }) => listNewest(store, limit),
  };
}

export async function readVersion(store: Store, id: string): Promise<Version | 'absent' | 'damaged'> {
  const bytes = await store.read(keyOf(id));
  if (!bytes) return 'absent';
  const version = unseal(bytes)?.value as Version | undefined;
  return version?.id === id ? version : 'damaged';
}

export function damagedVersion(id: string): Finding {
  return {
    level: 'error',
    code: 'STATE_CORRUPT',
    message: `The record of version ${id} is not whole`,
    place: { file: keyOf(id) },
    fix: `Restore ${keyOf(id)} from a backup, or deploy anew; it cannot be promoted or rolled back to`,
  };
}

/** The ids of all versions, oldest first: ids sort by time. */
export async function versionIds(store: Store): Promise<readonly string[]> {
  const names = await store.list(FOLDER);
  return names
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .filter((id) => ID.test(id));
}

function keyOf(id: string): string {
  return `${FOLDER}${id}.json`;
}

/** A pointer per name, created before the record: of two versions that want one name, one never comes to be. */
async function reserve(store: Store, { name, id }: { name: string; id: string }): Promise<void> {
  requireName(name);
  if ((await store.create(pointerOf(name), Buffer.from(`${id}\n`))) === 'created') return;
  const owner = await idOf(store, name);
  if (owner !== id) throw taken(name, owner);
}

function requireName(name: string): void {
  if (!NAME.test(name) || name.startsWith('ver_'))
    throw usage(`"${printed(name)}" cannot be the name of a version`, `Use ${VERSION_NAME_RULE}`);
}

function taken(name: string, owner: string | undefined): DeployerError {
  return usage(`The version name ${name} is taken by ${owner ?? 'another version'}`, 'Choose another --version-name');
}

async function createOnce(store: Store, version: Version): Promise<void> {
  const { bytes } = seal(version);
  if ((await store.create(keyOf(version.id), bytes)) === 'created') return;
  const present = await store.read(keyOf(version.id));
  if (present && Buffer.compare(present, bytes) === 0) return;
  throw new DeployerError({
    code: 'STATE_CONFLICT',
    stage: 'state',
    reason: `Version ${version.id} is on record with other content; a version never changes`,
    fix: 'Deploy anew, which makes a new version',
  });
}

async function idOf(store: Store, name: string): Promise<string | undefined> {
  if (!NAME.test(name)) return undefined;
  const bytes = await store.read(pointerOf(name));
  const id = bytes && Buffer.from(bytes).toString('utf8').trim();
  return id && ID.test(id) ? id : undefined;
}

function pointerOf(name: string): string {
  return `${FOLDER}names/${name}`;
}

async function listNewest(store: Store, limit: number) {
  const versions: Version[] = [];
  const skipped: Finding[] = [];
  for (const id of limit > 0 ? (await versionIds(store)).slice(-limit).reverse() : []) {
    const version = await readVersion(store, id);
    if (version === 'damaged') skipped.push(damagedVersion(id));
    else if (version !== 'absent') versions.push(version);
  }
  return { versions, skipped };
}

function corrupt({ code, message, fix, place }: Finding): DeployerError {
  return new DeployerError({
    code,
    stage: 'state',
    reason: message,
    ...(fix ? { fix } : {}),
    ...(place ? { place } : {}),
  });
}

function notFound(idOrName: string): DeployerError {
  return new DeployerError({
    code: 'NOT_FOUND',
    stage: 'state',
    reason: `There is no version ${printed(idOrName)}`,
    fix: 'List them with "deployer versions"',
  });
}

function usage(reason: string, fix: string): DeployerError {
  return new DeployerError({ code: 'USAGE', stage: 'usage', reason, fix });
}

function printed(text: string): string {
  return text.slice(0, 80);
}
