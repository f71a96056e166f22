import type { DriverContext, Placed, PlaceRequest, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { canonicalJson, type Json } from '../../../core/json.ts';
import { Railway } from '../api/client.ts';
import { dashboardUrl, digest, keyOf, type PlaceIds } from '../names.ts';
import { urlOf } from '../place/attachments.ts';
import { requirePlace } from '../place/find.ts';
import { readRecord, type TargetRecord } from '../place/record.ts';
import { applySettings, type InstanceView, readInstance } from '../place/settings.ts';
import { applyVariables } from '../place/variables.ts';
import { asLost, type Creation, createOnce, findBegun, Lost } from './creation.ts';
import { type DeploymentView, getDeployment } from './deployments.ts';
import { withSource } from './source.ts';
import { awaitLive } from './wait.ts';

interface Placement extends Creation {
  readonly request: PlaceRequest;
}

/** Makes a deployment and waits until it is live. Railway takes the one before away when it is, and not before. */
export async function placeRelease(target: Target, request: PlaceRequest, context: DriverContext): Promise<Placed> {
  const api = new Railway(context);
  const place = await requirePlace(api, target, context);
  const placement = { api, place, target, request, context };
  const instance = await readInstance(api, place);
  if (!instance) throw gone(target);
  const record = await readRecord(api, place, target);
  const id = (await findBegun(placement, record)) ?? (await begin(placement, record, instance));
  await awaitLive(id, placement);
  return placedOf(id, place, instance);
}

export function placedOf(id: string, place: PlaceIds, instance: InstanceView): Placed {
  const url = urlOf(instance);
  return { ref: id, dashboard_url: dashboardUrl(place, id), ...(url === undefined ? {} : { url }) };
}

async function begin(placement: Placement, record: TargetRecord, instance: InstanceView): Promise<string> {
  const { request, target } = placement;
  const given = { version: request.version_id, given: givenDigest(target, request.variables) };
  const kept = await keptDeployment(placement, record, request.kept);
  if (kept) return createOnce(placement, record, given, () => rollBack(placement, kept));
  const { api, place, context } = placement;
  const { artifact, variables } = request;
  const image = artifact.kind === 'image' ? artifact.location : undefined;
  if (artifact.kind === 'image' && image === undefined) throw nameless(target);
  const set = await applySettings(api, place, instance, record, { target, image, context });
  const noted = await applyVariables(api, place, set, { target, variables, context });
  if (image !== undefined) return createOnce(placement, noted, given, () => deployImage(placement));
  const message = `${request.version_id} by deployer (${keyOf(target, context.idempotencyKey)})`;
  return withSource(artifact, { target, context, message }, (send) =>
    createOnce(placement, noted, given, async () => {
      const uploaded = await send(api, place);
      if ('lost' in uploaded) throw new Lost(uploaded.lost);
      return uploaded.id;
    }),
  );
}

async function deployImage({ api, place, target }: Placement): Promise<string> {
  const ids = { environmentId: place.environment, serviceId: place.service };
  const given = { doing: `deploy the image of ${target.service.name}` };
  const { serviceInstanceDeployV2 } = await api.call('DeployInstance', ids, given).catch(asLost);
  return serviceInstanceDeployV2;
}

async function rollBack({ api, context }: Placement, { id }: DeploymentView): Promise<undefined> {
  context.log(`going back to the deployment ${id}, without a build`);
  await api.call('RollBack', { id }, { doing: `go back to the deployment ${id}` }).catch(asLost);
}

/** The deployment that a roll-back goes to, when Railway still has it and it was given variables of the same names. */
async function keptDeployment(
  { api, target, request }: Placement,
  record: TargetRecord,
  ref: Json | undefined,
): Promise<DeploymentView | undefined> {
  const known = record.releases.find(({ id }) => id === ref);
  if (known?.version !== request.version_id || known.given !== givenDigest(target, request.variables)) return undefined;
  const there = await getDeployment(api, known.id);
  return there?.canRollback ? there : undefined;
}

/** Values are left out: their digest could be guessed from. */
function givenDigest({ service }: Target, variables: PlaceRequest['variables']): string {
  const { options, start = null } = service;
  return digest(canonicalJson({ names: Object.keys(variables).sort(), options, start })).slice(0, 16);
}

function gone({ service }: Target): DeployerError {
  return new DeployerError({
    code: 'NOT_FOUND',
    stage: 'deploy',
    reason: `The environment at Railway does not have the service of ${service.name}`,
    fix: 'Deploy again: it is made anew then',
  });
}

function nameless({ service }: Target): DeployerError {
  return new DeployerError({
    code: 'UNSUPPORTED',
    stage: 'deploy',
    reason: `Railway fetches images by their name, and that of ${service.name} has none`,
    fix: 'Set railway.image',
  });
}
