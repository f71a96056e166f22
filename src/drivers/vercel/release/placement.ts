import type { DriverContext, Placed, PlaceRequest, Target } from '../../../core/driver.ts';
import { passOwnCheck } from '../../own-host-check.ts';
import { Vercel } from '../api/client.ts';
import type { DeploymentView, ProjectView } from '../api/types.ts';
import { isOf, keyOf, META, part, sideOf } from '../names.ts';
import { bypassHeaders } from '../project/bypass.ts';
import { requireProject, urlOf } from '../project/project.ts';
import { refuseTooMuch, usedVariables } from '../project/variables.ts';
import { withContents } from './contents.ts';
import { createDeployment } from './create.ts';
import { buildLines } from './events.ts';
import { findByKey } from './list.ts';
import { awaitReady, getDeployment } from './wait.ts';

/** Places a release at a host of its own: no domain and no alias leads there yet. */
export async function placeRelease(target: Target, request: PlaceRequest, context: DriverContext): Promise<Placed> {
  refuseTooMuch(usedVariables(target, request.variables), target);
  const api = new Vercel(target, context);
  const project = await requireProject(api, target);
  const kept = await findKept(api, target, request);
  if (kept) return placedOf(kept, project, target);
  const begun =
    (await findBegun(api, project, target, context)) ??
    (await withContents(request.artifact, target, context, (contents) =>
      createDeployment({ api, project, target, request, context }, contents),
    ));
  warnOfFirst(begun, target, context);
  const ready = await awaitReady(api, begun, target, context);
  await passHealth(api, ready, project, { target, request, context });
  return placedOf(ready, project, target);
}

/** The deployment that a roll-back goes to, when it is there and got variables of the same names; their values cannot be asked. */
async function findKept(
  api: Vercel,
  target: Target,
  { kept, version_id, variables }: PlaceRequest,
): Promise<DeploymentView | undefined> {
  if (kept === undefined) return undefined;
  const { status, body } = await getDeployment(api, String(kept));
  const well = status < 400 && body.readyState === 'READY' && isOf(target, body.meta);
  const same =
    body.meta?.[META.version] === version_id && sameNames(body.env, Object.keys(usedVariables(target, variables)));
  return well && same ? body : undefined;
}

function sameNames(had: readonly string[] = [], wanted: readonly string[]): boolean {
  return had.length === wanted.length && wanted.every((name) => had.includes(name));
}

/** What an earlier attempt of this operation made. One that failed is taken away and made anew. */
async function findBegun(
  api: Vercel,
  project: ProjectView,
  target: Target,
  { idempotencyKey }: DriverContext,
): Promise<DeploymentView | undefined> {
  const item = await findByKey(api, project, target, keyOf(target, idempotencyKey));
  if (!item) return undefined;
  const { status, body } = await getDeployment(api, item.uid);
  if (status >= 400) return undefined;
  if (body.readyState !== 'ERROR' && body.readyState !== 'CANCELED') return body;
  await removeDeployment(api, item.uid);
  return undefined;
}

export async function removeDeployment(api: Vercel, id: string): Promise<void> {
  const accept = [404, 'deployment_not_found', 'not_found'];
  await api.call('DELETE', `/v13/deployments/${part(id)}`, { doing: `remove the deployment ${id}`, accept });
}

/** Vercel makes the first deployment of a project its production, whatever was asked for. */
function warnOfFirst(view: DeploymentView, target: Target, { log }: DriverContext): void {
  if (sideOf(target) === 'preview' && view.target === 'production')
    log('this is the first deployment of the project, so Vercel serves it as production too');
}

interface Release {
  readonly target: Target;
  readonly request: PlaceRequest;
  readonly context: DriverContext;
}

/** Past Deployment Protection, where a secret is there for that. */
function passHealth(api: Vercel, view: DeploymentView, project: ProjectView, release: Release): Promise<void> {
  return passOwnCheck({
    ...release,
    url: `https://${view.url}`,
    headers: bypassHeaders(project),
    lines: () => buildLines(api, view.id),
    keptOut: KEPT_OUT,
  });
}

const KEPT_OUT = {
  statuses: /HTTP 40[13]/,
  fix: 'If Deployment Protection answers: make a bypass secret in the settings of the project at Vercel',
};

function placedOf(view: DeploymentView, project: ProjectView, target: Target): Placed {
  return {
    ref: view.id,
    url: urlOf(project, target),
    internal_url: `https://${view.url}`,
    ...(view.inspectorUrl ? { dashboard_url: view.inspectorUrl } : {}),
  };
}
