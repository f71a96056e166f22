import type { Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Vercel } from '../api/client.ts';
import type { ProjectView } from '../api/types.ts';
import { part, wantedAlias } from '../names.ts';

interface AliasView {
  readonly uid?: string;
  readonly alias?: string;
  readonly deploymentId?: string | null;
  readonly projectId?: string | null;
}

/** The deployment that the alias of a preview leads to; `undefined` when there is no such alias, or it is another project's. */
export async function aliasedDeployment(
  api: Vercel,
  project: ProjectView,
  target: Target,
): Promise<string | undefined> {
  const found = await findAlias(api, wantedAlias(project.name, target));
  const own = found !== undefined && (found.projectId ?? project.id) === project.id;
  return own ? (found.deploymentId ?? undefined) : undefined;
}

/** Leads the alias of a preview to a deployment. One that is there already is no failure. */
export async function assignAlias(api: Vercel, project: ProjectView, target: Target, id: string): Promise<void> {
  const alias = wantedAlias(project.name, target);
  const { status } = await api.call('POST', `/v2/deployments/${part(id)}/aliases`, {
    doing: `lead ${alias} to ${id}`,
    body: { alias },
    accept: [409],
    repeat: 'always',
  });
  if (status !== 409 || (await aliasedDeployment(api, project, target)) === id) return;
  throw new DeployerError({
    code: 'PROJECT_NAME_TAKEN',
    stage: 'traffic',
    reason: `The host name ${alias} belongs to something else at Vercel`,
    fix: `Set vercel.alias of ${target.service.name} to another name`,
  });
}

/** Takes the alias away, if it is this project's. */
export async function removeAlias(api: Vercel, project: ProjectView, target: Target): Promise<void> {
  const alias = wantedAlias(project.name, target);
  const found = await findAlias(api, alias);
  if (!found || (found.projectId ?? project.id) !== project.id) return;
  await api.call('DELETE', `/v2/aliases/${part(alias)}`, { doing: `remove ${alias}`, accept: [404] });
}

async function findAlias(api: Vercel, alias: string): Promise<AliasView | undefined> {
  const { status, body } = await api.call<AliasView>('GET', `/v4/aliases/${part(alias)}`, {
    doing: `look where ${alias} leads`,
    // Names that somebody else has are not shown.
    accept: [404, 403],
  });
  return status >= 400 ? undefined : body;
}
