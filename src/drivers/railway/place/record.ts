import type { Target } from '../../../core/driver.ts';
import { isObject } from '../../option-checks.ts';
import type { Railway } from '../api/client.ts';
import { type PlaceIds, recordName, targetName } from '../names.ts';

/** What we know of one deployment. */
export interface KnownRelease {
  readonly id: string;
  readonly version: string;
  readonly key: string;
  /** Digest of the names of its variables and of its options. */
  readonly given: string;
}

/** A deployment that is about to be made: it is found by what comes after. */
export interface PendingRelease extends Omit<KnownRelease, 'id'> {
  /** Ids of the deployments that were there before. */
  readonly before: readonly string[];
}

/** What is known of a target, kept in a shared variable of its environment: deployments carry nothing of ours. */
export interface TargetRecord {
  readonly target: string;
  /** Names of the variables that we set. */
  readonly names: readonly string[];
  /** Names of the settings that we set. */
  readonly settings?: readonly string[];
  /** Volumes that we made. */
  readonly volumes: readonly string[];
  /** The oldest first. */
  readonly releases: readonly KnownRelease[];
  readonly pending?: PendingRelease;
}

const MOST_RELEASES = 40;

/** Unrendered, by name. */
export type SharedVariables = Readonly<Record<string, string>>;

export async function sharedVariables(
  api: Railway,
  { project, environment }: Pick<PlaceIds, 'project' | 'environment'>,
): Promise<SharedVariables> {
  const ids = { projectId: project, environmentId: environment };
  return (await api.call('Variables', ids, { doing: 'read the shared variables' })).variables;
}

export async function readRecord(api: Railway, place: PlaceIds, target: Target): Promise<TargetRecord> {
  return recordIn(await sharedVariables(api, place), place, target);
}

/** Says that the target uses the service, so that it stays when another environment is done with it. */
export async function ensureRecord(api: Railway, place: PlaceIds, target: Target): Promise<void> {
  const shared = await sharedVariables(api, place);
  if (parseRecord(shared[recordName(place.service)])?.target !== targetName(target))
    await writeRecord(api, place, emptyRecord(target));
}

/** A copy of an environment brings the records of the other one along: those are not ours. */
export function recordIn(shared: SharedVariables, { service }: PlaceIds, target: Target): TargetRecord {
  const found = parseRecord(shared[recordName(service)]);
  return found?.target === targetName(target) ? found : emptyRecord(target);
}

export function emptyRecord(target: Target): TargetRecord {
  return { target: targetName(target), names: [], volumes: [], releases: [] };
}

export async function writeRecord(api: Railway, place: PlaceIds, record: TargetRecord): Promise<TargetRecord> {
  const kept = { ...record, releases: record.releases.slice(-MOST_RELEASES) };
  await setShared(api, place, { [recordName(place.service)]: JSON.stringify(kept) });
  return kept;
}

export async function setShared(
  api: Railway,
  { project, environment }: Pick<PlaceIds, 'project' | 'environment'>,
  variables: SharedVariables,
): Promise<void> {
  const input = { projectId: project, environmentId: environment, variables, skipDeploys: true };
  await api.call('SetVariables', { input }, { doing: 'keep a record of the deploy', repeat: 'always' });
}

/** Nothing refers to a record, so that no service is deployed because one goes. */
export async function removeShared(
  api: Railway,
  { project, environment }: Pick<PlaceIds, 'project' | 'environment'>,
  name: string,
): Promise<void> {
  const input = { projectId: project, environmentId: environment, name };
  const isGone = async () => !Object.hasOwn(await sharedVariables(api, { project, environment }), name);
  await api.remove('DeleteVariable', { input }, { doing: 'remove the record of the service', isGone });
}

export function parseRecord(text: string | undefined): TargetRecord | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    const { target, names, volumes, releases } = (isObject(value) ? value : {}) as Partial<TargetRecord>;
    const whole = typeof target === 'string' && [names, volumes, releases].every((one) => Array.isArray(one));
    return whole ? (value as TargetRecord) : undefined;
  } catch {
    return undefined;
  }
}
