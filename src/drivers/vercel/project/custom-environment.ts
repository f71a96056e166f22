import type { Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Finding } from '../../../core/finding.ts';
import type { Vercel } from '../api/client.ts';
import type { ProjectView } from '../api/types.ts';
import { commentOf, part } from '../names.ts';
import { readOptions } from '../options.ts';

interface EnvironmentView {
  readonly slug?: string;
  readonly description?: string | null;
}

/** Makes the project's custom environment that the target names, if it is missing. */
export async function ensureCustomEnvironment(api: Vercel, project: ProjectView, target: Target): Promise<void> {
  const slug = wantedSlug(target);
  if (slug === undefined) return;
  const there = await listEnvironments(api, project);
  if (!there) throw new DeployerError(missing(project, target));
  if (there.some((one) => one.slug === slug)) return;
  await api.call('POST', pathOf(project), {
    doing: `make the custom environment ${slug} of ${project.name}`,
    body: { slug, description: commentOf(target) },
    // Made already, by a request whose answer was lost.
    accept: [409],
    repeat: 'always',
  });
}

/** Removes it where we made it for this target. */
export async function removeCustomEnvironment(api: Vercel, project: ProjectView, target: Target): Promise<void> {
  const slug = wantedSlug(target);
  if (slug === undefined) return;
  const there = await listEnvironments(api, project);
  if (!there?.some((one) => one.slug === slug && one.description === commentOf(target))) return;
  const doing = `remove the custom environment ${slug} of ${project.name}`;
  await api.call('DELETE', `${pathOf(project)}/${part(slug)}`, { doing, accept: [404] });
}

/** Accounts without the feature have no list of them either. */
export async function customEnvironmentFindings(
  api: Vercel,
  project: ProjectView,
  target: Target,
): Promise<readonly Finding[]> {
  if (wantedSlug(target) === undefined || (await listEnvironments(api, project))) return [];
  const { code, reason, fix } = missing(project, target);
  const path = `services.${target.service.name}.vercel.custom_environment`;
  return [{ level: 'error', code, message: reason, fix, path }];
}

export function wantedSlug({ service }: Target): string | undefined {
  return readOptions(service.options).custom_environment;
}

async function listEnvironments(api: Vercel, project: ProjectView): Promise<readonly EnvironmentView[] | undefined> {
  const { status, body } = await api.call<{ readonly environments?: readonly EnvironmentView[] }>(
    'GET',
    pathOf(project),
    { doing: `list the custom environments of ${project.name}`, accept: [404] },
  );
  return status === 404 ? undefined : (body.environments ?? []);
}

function missing({ name }: ProjectView, { service }: Target) {
  return {
    code: 'UNSUPPORTED',
    stage: 'provision',
    reason: `Vercel has no custom environments for ${name}: they are for the plans Pro and Enterprise`,
    fix: `Take custom_environment of ${service.name} out, or change the plan of the account`,
  } as const;
}

function pathOf({ id }: ProjectView): string {
  return `/v9/projects/${part(id)}/custom-environments`;
}
