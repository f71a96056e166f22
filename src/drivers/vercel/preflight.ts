import type { DriverContext, Target } from '../../core/driver.ts';
import { DeployerError } from '../../core/errors.ts';
import type { Finding } from '../../core/finding.ts';
import { Vercel } from './api/client.ts';
import { wantedProject } from './names.ts';
import { isProjectName } from './options.ts';
import { findProject, ownerOf, refuseStranger } from './project/project.ts';

/** Whether the token, the team and the project can be used. Changes nothing. */
export async function preflight(target: Target, context: DriverContext): Promise<readonly Finding[]> {
  try {
    const api = new Vercel(target, context);
    const project = await findProject(api, target);
    if (!project) {
      await requireAccount(api);
      return nameFindings(target);
    }
    // Once provisioned, whose it is has been settled.
    if (target.resource === null) refuseStranger(project, await ownerOf(api, project), target);
    return [];
  } catch (error) {
    if (!(error instanceof DeployerError)) throw error;
    const { code, reason, fix } = error.failure;
    const path = code === 'PROJECT_NAME_TAKEN' ? `services.${target.service.name}.vercel.project` : undefined;
    return [{ level: 'error', code, message: reason, ...(fix ? { fix } : {}), ...(path ? { path } : {}) }];
  }
}

/** A project that is not there looks like one that the token does not see. */
async function requireAccount(api: Vercel): Promise<void> {
  await api.call('GET', '/v2/user', { doing: 'say whose the token is' });
}

function nameFindings(target: Target): readonly Finding[] {
  const name = wantedProject(target);
  if (isProjectName(name) && !name.startsWith('prj_')) return [];
  return [
    {
      level: 'error',
      code: 'NOT_FOUND',
      message: `Vercel has no project ${name}, or the token does not see it`,
      path: `services.${target.service.name}.vercel.project`,
      fix: 'Correct it, or vercel.team; a project that is to be made needs a name',
    },
  ];
}
