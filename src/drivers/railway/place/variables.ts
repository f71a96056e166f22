import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { revealAll, type Variables } from '../../../core/secret.ts';
import { list } from '../../../core/text.ts';
import { isObject } from '../../option-checks.ts';
import { Railway } from '../api/client.ts';
import type { PlaceIds } from '../names.ts';
import { readOptions } from '../options.ts';
import { requirePlace } from './find.ts';
import { readRecord, type TargetRecord, writeRecord } from './record.ts';

/** Brings the service's variables to the wanted set, by one change that deploys nothing. */
export async function configure(
  target: Target,
  variables: Variables,
  context: DriverContext,
): Promise<{ readonly names: readonly string[] }> {
  const api = new Railway(context);
  const place = await requirePlace(api, target, context);
  await applyVariables(api, place, await readRecord(api, place, target), { target, variables, context });
  return { names: Object.keys(variables).sort() };
}

interface Wanted {
  readonly target: Target;
  readonly variables: Variables;
  readonly context: DriverContext;
}

/** Answers the record, which knows their names. Variables that somebody else has set stay. */
export async function applyVariables(
  api: Railway,
  place: PlaceIds,
  record: TargetRecord,
  { target, variables, context }: Wanted,
): Promise<TargetRecord> {
  const wanted = wantedVariables(target, variables);
  const names = Object.keys(wanted).sort();
  const there = await readVariables(api, place);
  const gone = record.names.filter((name) => !Object.hasOwn(wanted, name) && Object.hasOwn(there, name));
  const changed = names.filter((name) => there[name] !== wanted[name]);
  if (changed.length === 0 && gone.length === 0 && sameNames(record.names, names)) return record;
  // Names are on record before their variables are there, so that none is left that nobody knows of.
  const both = [...new Set([...record.names, ...names])].sort();
  const noted = sameNames(record.names, both) ? record : await writeRecord(api, place, { ...record, names: both });
  if (gone.length > 0)
    await replaceAll(api, place, { ...without(there, gone), ...wanted }, { gone, values: variables });
  else if (changed.length > 0) await setVariables(api, place, pickNames(wanted, changed), { values: variables });
  if (gone.length > 0) context.log(`removed ${list(gone)}`);
  return sameNames(noted.names, names) ? noted : writeRecord(api, place, { ...noted, names });
}

/** What Railway gives every service by itself: taken for a variable of the service it would never change again. */
const GIVEN =
  /^RAILWAY_(?:(?:PUBLIC|PRIVATE)_DOMAIN|STATIC_URL|PROJECT_|ENVIRONMENT|SERVICE_|(?:DEPLOYMENT|REPLICA|SNAPSHOT)_ID$|GIT_|TCP_|VOLUME_)/;

/** References to other variables are left as they are written. */
export async function readVariables(api: Railway, place: PlaceIds): Promise<Readonly<Record<string, string>>> {
  const { project, environment, service } = place;
  const ids = { projectId: project, environmentId: environment, serviceId: service };
  const found = await api.find('Variables', ids, { doing: 'read the variables of the service' });
  return Object.fromEntries(Object.entries(found?.variables ?? {}).filter(([name]) => !GIVEN.test(name)));
}

/** Takes our variables away, and leaves those of others. */
export async function removeVariables(api: Railway, place: PlaceIds, names: readonly string[]): Promise<void> {
  const there = await readVariables(api, place);
  const gone = names.filter((name) => Object.hasOwn(there, name));
  if (gone.length > 0) await replaceAll(api, place, without(there, gone), { gone, values: {} });
}

/** What listens has to listen for everybody, by IPv6 too: Railway's private network has nothing else. */
function wantedVariables(target: Target, variables: Variables): Readonly<Record<string, string>> {
  const { image, port } = readOptions(target.service.options);
  return {
    ...(image === undefined ? { HOST: '::' } : {}),
    ...(port === undefined ? {} : { PORT: String(port) }),
    ...revealAll(variables),
  };
}

/** Taking one variable away alone would start a deployment, so all that stay are set in one go. */
async function replaceAll(
  api: Railway,
  place: PlaceIds,
  all: Readonly<Record<string, string>>,
  { gone, values }: { readonly gone: readonly string[]; readonly values: Variables },
): Promise<void> {
  const sealed = await sealedNames(api, place);
  if (sealed.length > 0) throw wouldLose(gone, sealed);
  await setVariables(api, place, all, { values, replace: true });
}

export async function setVariables(
  api: Railway,
  { project, environment, service }: PlaceIds,
  variables: Readonly<Record<string, string>>,
  { values = {}, replace = false }: { readonly values?: Variables; readonly replace?: boolean } = {},
): Promise<void> {
  const ids = { projectId: project, environmentId: environment, serviceId: service };
  const input = { ...ids, variables, replace, skipDeploys: true };
  await api.call('SetVariables', { input }, { doing: 'set the variables of the service', repeat: 'always', values });
}

/** Of variables whose values nobody gets to see any more. */
export async function sealedNames(api: Railway, { environment, service }: PlaceIds): Promise<readonly string[]> {
  const given = { doing: 'look which variables are sealed' };
  const found = await api.find('EnvironmentConfig', { id: environment }, given);
  const variables = ['services', service, 'variables'].reduce<unknown>(
    (at, name) => (isObject(at) ? (at as Readonly<Record<string, unknown>>)[name] : undefined),
    found?.environment.config,
  );
  const entries = isObject(variables) ? Object.entries(variables) : [];
  return entries.filter(([, one]) => (one as { isSealed?: unknown } | null)?.isSealed === true).map(([name]) => name);
}

function wouldLose(gone: readonly string[], sealed: readonly string[]): DeployerError {
  return new DeployerError({
    code: 'INVALID_ENV',
    stage: 'configure',
    reason: `Railway cannot take ${list(gone)} away without losing ${list(sealed)}, which are sealed, or deploying at once`,
    fix: `Remove ${list(gone)} at Railway, and deploy again`,
  });
}

function pickNames(values: Readonly<Record<string, string>>, names: readonly string[]) {
  return Object.fromEntries(names.map((name) => [name, values[name] ?? '']));
}

function without(values: Readonly<Record<string, string>>, names: readonly string[]) {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
}

function sameNames(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index]);
}
