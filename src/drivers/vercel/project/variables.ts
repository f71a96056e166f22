import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { reveal, Secret, type Variables } from '../../../core/secret.ts';
import { list } from '../../../core/text.ts';
import { Vercel } from '../api/client.ts';
import type { ApiError, ProjectView, VariableRecord } from '../api/types.ts';
import { commentOf, part, sideOf } from '../names.ts';
import { readOptions } from '../options.ts';
import { listVariables, requireProject } from './project.ts';

/** Of all variables of a deployment together, names included; bytes. */
const MOST_BYTES = 64 * 1024;
/** What a build puts into files for browsers is no secret, and Vercel refuses to keep it as one. */
const PUBLIC =
  /^(?:NEXT_PUBLIC_|VITE_|NUXT_PUBLIC_|NUXT_ENV_|REACT_APP_|GATSBY_|PUBLIC_|VUE_APP_|EXPO_PUBLIC_|STORYBOOK_|REDWOOD_ENV_|SANITY_STUDIO_)/;

/**
 * Brings the project's production variables to the wanted set: one record for each, of that target alone. Those of previews
 * go with each deployment instead, since all previews of a project share one set at Vercel.
 */
export async function configure(
  target: Target,
  variables: Variables,
  context: DriverContext,
): Promise<{ readonly names: readonly string[] }> {
  const wanted = usedVariables(target, variables);
  refuseTooMuch(wanted, target);
  const names = Object.keys(wanted).sort();
  if (sideOf(target) === 'preview') return { names };
  const api = new Vercel(target, context);
  const project = await requireProject(api, target);
  const records = await listVariables(api, project);
  for (const record of records.filter((one) => isInTheWay(one, wanted))) await narrow(api, project, record, context);
  await upsert(api, project, target, wanted);
  const gone = records.filter((one) => isOurs(one, target) && !Object.hasOwn(wanted, one.key));
  for (const record of gone) await remove(api, project, record);
  if (gone.length > 0) context.log(`removed ${list(gone.map(({ key }) => key))}`);
  return { names };
}

/** Nothing reads variables where files are only served: they stay here. */
export function usedVariables({ service }: Target, variables: Variables): Variables {
  return readOptions(service.options).content === 'static' ? {} : variables;
}

/** Variables that were put there for this target, and by us. */
export async function removeVariables(api: Vercel, project: ProjectView, target: Target): Promise<void> {
  const records = await listVariables(api, project);
  for (const record of records.filter((one) => isOurs(one, target))) await remove(api, project, record);
}

/** Vercel takes 64 KiB for all variables of a deployment; more is refused before anything is changed. */
export function refuseTooMuch(variables: Variables, { service }: Target): void {
  const bytes = Object.entries(variables).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(reveal(value)),
    0,
  );
  if (bytes <= MOST_BYTES) return;
  throw new DeployerError({
    code: 'INVALID_ENV',
    reason: `The variables of ${service.name} have ${bytes} bytes, and Vercel takes ${MOST_BYTES}`,
    fix: 'Put the longest into a file of the build, or leave it out',
  });
}

/** A record that several targets share cannot be given a value for one of them. */
function isInTheWay(record: VariableRecord, variables: Variables): boolean {
  const targets = targetsOf(record);
  const shared = targets.length > 1 || (record.customEnvironmentIds ?? []).length > 0;
  return Object.hasOwn(variables, record.key) && shared && targets.includes('production') && !record.gitBranch;
}

function isOurs(record: VariableRecord, target: Target): boolean {
  return record.comment === commentOf(target);
}

function targetsOf({ target }: VariableRecord): readonly string[] {
  return [target ?? []].flat();
}

/** Leaves the record to its other targets, with the value they have. */
async function narrow(
  api: Vercel,
  project: ProjectView,
  record: VariableRecord,
  context: DriverContext,
): Promise<void> {
  const others = targetsOf(record).filter((name) => name !== 'production');
  context.log(`${record.key} is kept apart for production from now on; ${list(others)} keep what they have`);
  await api.call('PATCH', pathOf(project, record), {
    doing: `keep ${record.key} apart for production`,
    body: { target: others },
    repeat: 'always',
  });
}

async function upsert(api: Vercel, project: ProjectView, target: Target, variables: Variables): Promise<void> {
  const comment = commentOf(target);
  const records = Object.entries(variables).map(([key, value]) => ({
    key,
    value: reveal(value),
    type: value instanceof Secret && !PUBLIC.test(key) ? 'sensitive' : 'encrypted',
    target: ['production'],
    comment,
  }));
  if (records.length === 0) return;
  const { body } = await api.call<{ failed?: readonly { readonly error?: ApiError }[] }>(
    'POST',
    `/v10/projects/${part(project.id)}/env`,
    {
      doing: `set the variables of ${project.name}`,
      query: { upsert: 'true' },
      body: records,
      repeat: 'always',
      values: variables,
    },
  );
  if (body.failed && body.failed.length > 0) throw refused(project, body.failed);
}

/** An answer can say yes and name variables that were not taken. */
function refused({ name }: ProjectView, failed: readonly { readonly error?: ApiError }[]): DeployerError {
  const lines = failed.map(
    ({ error }) => `${error?.envVarKey ?? error?.key ?? 'a variable'}: ${error?.code ?? 'refused'}`,
  );
  return new DeployerError({
    code: 'INVALID_ENV',
    stage: 'configure',
    reason: `Vercel did not take ${failed.length} of the variables of ${name}`,
    fix: 'Correct those it names, or remove what is in their way in the project at Vercel',
    detail: lines,
  });
}

async function remove(api: Vercel, project: ProjectView, record: VariableRecord): Promise<void> {
  await api.call('DELETE', pathOf(project, record), { doing: `remove ${record.key}`, accept: [404] });
}

function pathOf({ id }: ProjectView, record: VariableRecord): string {
  return `/v9/projects/${part(id)}/env/${part(record.id)}`;
}
