import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Railway } from '../api/client.ts';
import { MARK, namedProject, type PlaceIds, serviceMark, wantedService } from '../names.ts';
import { readOptions } from '../options.ts';
import { environmentsOf, type Found, knownPlace } from './find.ts';
import { readVariables, setVariables } from './variables.ts';

/** What is there must be meant: it may be somebody's live app. Once provisioned, whose it is has been settled. */
export async function refuseStrangers(
  api: Railway,
  found: Found,
  target: Target,
  context: Pick<DriverContext, 'settings'>,
): Promise<void> {
  const { project, service, ours } = found;
  const known = knownPlace(target);
  if (known?.project === project.id && known.service === service?.id) return;
  const named = namedProject(target.service.options, context.settings) !== undefined || api.token.kind === 'project';
  if (!ours && !named && known?.project !== project.id) throw strangeProject(project.name, target);
  if (!service || readOptions(target.service.options).service === service.name) return;
  if (!(await isOurService(api, found, target))) throw strangeService(service.name, project.name, target);
}

/** Whether we made the service: in any of its environments, for it is made in one and shows in all. */
export async function isOurService(api: Railway, { project, service }: Found, target: Target): Promise<boolean> {
  if (!service) return false;
  for (const { id, canAccess } of environmentsOf(project)) {
    if (!canAccess) continue;
    const place = { project: project.id, environment: id, service: service.id };
    if ((await readVariables(api, place))[MARK] === serviceMark(target)) return true;
  }
  return false;
}

/** Puts our mark on a service of ours in this environment too: others may go before it. */
export async function keepMark(api: Railway, found: Found, place: PlaceIds, target: Target): Promise<void> {
  if ((await readVariables(api, place))[MARK] === serviceMark(target)) return;
  if (await isOurService(api, found, target)) await setVariables(api, place, { [MARK]: serviceMark(target) });
}

function strangeProject(name: string, { service }: Target): DeployerError {
  return new DeployerError({
    code: 'PROJECT_NAME_TAKEN',
    stage: 'provision',
    reason: `Railway has a project ${name} already, and deployer did not make it`,
    fix: `Set railway.project of ${service.name} to ${name} to deploy to it, or to another name`,
  });
}

function strangeService(name: string, project: string, target: Target): DeployerError {
  return new DeployerError({
    code: 'PROJECT_NAME_TAKEN',
    stage: 'provision',
    reason: `The project ${project} at Railway has a service ${name} already, and deployer did not make it for ${target.service.name}`,
    fix: `Set railway.service of ${target.service.name} to ${wantedService(target)} to deploy to it, or to another name`,
  });
}
