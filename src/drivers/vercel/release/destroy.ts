import type { DriverContext, Target } from '../../../core/driver.ts';
import { Vercel } from '../api/client.ts';
import { markOf, part, sideOf } from '../names.ts';
import { removeCustomEnvironment } from '../project/custom-environment.ts';
import { removeDomains } from '../project/domains.ts';
import { findProject, ownerOf } from '../project/project.ts';
import { removeVariables } from '../project/variables.ts';
import { removeAlias } from './aliases.ts';
import { hasOthers, listReleases } from './list.ts';
import { removeDeployment } from './placement.ts';

/**
 * Removes what carries this target's metadata: its deployments, its alias or variables; and the project, when we made it
 * and nobody has anything in it any more.
 */
export async function destroyTarget(target: Target, context: DriverContext): Promise<void> {
  const api = new Vercel(target, context);
  const project = await findProject(api, target);
  if (!project) return;
  const owner = await ownerOf(api, project);
  if (owner !== undefined && owner !== markOf(target)) return;
  if (sideOf(target) === 'preview') await removeAlias(api, project, target);
  else await removeVariables(api, project, target);
  await removeDomains(api, project, target);
  const releases = await listReleases(api, project, target);
  for (const { uid } of releases) await removeDeployment(api, uid);
  await removeCustomEnvironment(api, project, target);
  if (owner === undefined) return;
  if (await hasOthers(api, project, new Set(releases.map(({ uid }) => uid)))) return;
  const given = { doing: `remove the project ${project.name}`, accept: [404] };
  await api.call('DELETE', `/v9/projects/${part(project.id)}`, given);
}
