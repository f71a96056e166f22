import type { DriverContext, Target } from '../../core/driver.ts';
import { DeployerError } from '../../core/errors.ts';
import type { Finding } from '../../core/finding.ts';
import { Vercel } from './api/client.ts';
import type { ProjectView } from './api/types.ts';
import { part, sideOf, wantedProject } from './names.ts';
import { isProjectName, isRolling, readOptions } from './options.ts';
import { customEnvironmentFindings } from './project/custom-environment.ts';
import { domainFindings } from './project/domains.ts';
import { findProject, ownerOf, refuseStranger } from './project/project.ts';

/** Whether the token, the team and the project can be used. Changes nothing. */
export async function preflight(target: Target, context: DriverContext): Promise<readonly Finding[]> {
  try {
    const api = new Vercel(target, context);
    const project = await findProject(api, target);
    if (!project) {
      await requireAccount(api);
      return [...nameFindings(target), ...sourceFindings(target)];
    }
    // Once provisioned, whose it is has been settled.
    if (target.resource === null) refuseStranger(project, await ownerOf(api, project), target);
    return [
      ...(await rolloutFindings(api, project, target)),
      ...(await customEnvironmentFindings(api, project, target)),
      ...(await domainFindings(api, project, target)),
      ...sourceFindings(target),
    ];
  } catch (error) {
    if (!(error instanceof DeployerError)) throw error;
    const { code, reason, fix } = error.failure;
    const path = code === 'PROJECT_NAME_TAKEN' ? `services.${target.service.name}.vercel.project` : undefined;
    return [{ level: 'error', code, message: reason, ...(fix ? { fix } : {}), ...(path ? { path } : {}) }];
  }
}

/** What is promoted is else the same bytes. */
function sourceFindings(target: Target): readonly Finding[] {
  const { name, options } = target.service;
  if (readOptions(options).content !== 'source' || sideOf(target) === 'preview') return [];
  return [
    {
      level: 'warning',
      code: 'UNSUPPORTED',
      message: `Vercel builds ${name} anew from its sources for ${target.environment}, also when a version is promoted`,
      path: `services.${name}.vercel.content`,
      fix: 'To promote what was built and checked, build it here and set content to prebuilt or static',
    },
  ];
}

/** Promotions would begin rollouts that nobody ends; canaries need an account that has rolling releases. */
async function rolloutFindings(api: Vercel, project: ProjectView, target: Target): Promise<readonly Finding[]> {
  const { mode, service } = target;
  const path = `services.${service.name}.vercel.rolling_releases`;
  const finding = { level: 'error', code: 'UNSUPPORTED', path } as const;
  if (!isRolling(mode, service.options)) {
    if (!project.rollingRelease || sideOf(target) === 'preview') return [];
    const message = `The Vercel project ${project.name} has rolling releases switched on, and deployer would wait for their end`;
    return [{ ...finding, message, fix: 'Set it to true, which hands them to deployer, or switch them off at Vercel' }];
  }
  const why = await missingRollouts(api, project);
  if (why === undefined) return [];
  const message = `Vercel makes no rolling releases of ${project.name}: ${why}`;
  return [{ ...finding, message, fix: 'Take it out, or change the plan of the account' }];
}

const REASONS: Readonly<Record<string, string>> = {
  plan_not_supported: 'they are for the plans Pro and Enterprise',
  no_available_slots: 'other projects have all that the account may have',
};

async function missingRollouts(api: Vercel, { id, name }: ProjectView): Promise<string | undefined> {
  const { body } = await api.call<{ readonly reason?: string }>(
    'GET',
    `/v1/projects/${part(id)}/rolling-release/billing`,
    { doing: `say whether ${name} may have rolling releases` },
  );
  return REASONS[body.reason ?? ''];
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
