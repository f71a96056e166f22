import type { DriverContext, Placed, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Json } from '../../../core/json.ts';
import { Railway } from '../api/client.ts';
import { requirePlace } from '../place/find.ts';
import { readRecord, type TargetRecord } from '../place/record.ts';
import { readInstance } from '../place/settings.ts';
import { asLost, type Creation, createOnce, findBegun } from './creation.ts';
import { type DeploymentView, getDeployment, listDeployments, phaseOf, removeDeployment } from './deployments.ts';
import { liveDeployment } from './inspection.ts';
import { placedOf } from './placement.ts';
import { awaitLive } from './wait.ts';

/**
 * Makes a release live again. One that never stopped being it only loses those that were to follow; else Railway goes
 * back to it, by its image and variables, or, when it has that image no more, builds it again from what it was made of.
 */
export async function restoreRelease(target: Target, ref: Json, context: DriverContext): Promise<Placed> {
  const api = new Railway(context);
  const place = await requirePlace(api, target, context);
  const [instance, deployments] = await Promise.all([readInstance(api, place), listDeployments(api, place)]);
  if (!instance) throw impossible(target);
  const restoration = { api, place, target, context };
  await callOff(api, deployments, String(ref));
  const id = liveDeployment(deployments, instance) === ref ? String(ref) : await goBack(restoration, String(ref));
  return placedOf(id, place, instance);
}

/** Those under way: else they would become live afterwards. */
async function callOff(api: Railway, deployments: readonly DeploymentView[], ref: string): Promise<void> {
  const under = deployments.filter((one) => ['under_way', 'waits_for_person'].includes(phaseOf(one)) && one.id !== ref);
  for (const { id } of under) await removeDeployment(api, id);
}

async function goBack(restoration: Creation, ref: string): Promise<string> {
  const record = await readRecord(restoration.api, restoration.place, restoration.target);
  const id = (await findBegun(restoration, record)) ?? (await begin(restoration, ref, record));
  await awaitLive(id, restoration);
  return id;
}

async function begin(restoration: Creation, ref: string, record: TargetRecord): Promise<string> {
  const { api, target, context } = restoration;
  const there = await getDeployment(api, ref);
  const { version = '', given = '' } = record.releases.find(({ id }) => id === ref) ?? {};
  if (there?.canRollback)
    return createOnce(restoration, record, { version, given }, async () => {
      await api.call('RollBack', { id: ref }, { doing: `go back to the deployment ${ref}` }).catch(asLost);
      return undefined;
    });
  if (!there?.canRedeploy) throw impossible(target);
  context.log('Railway does not have the image any more: it builds the release again');
  return createOnce(restoration, record, { version, given }, async () => {
    const doing = `deploy ${ref} again`;
    const { deploymentRedeploy } = await api.call('Redeploy', { id: ref }, { doing }).catch(asLost);
    return deploymentRedeploy.id;
  });
}

function impossible({ service }: Target): DeployerError {
  return new DeployerError({
    code: 'DEPLOY_FAILED',
    stage: 'deploy',
    reason: `Railway does not have the release of ${service.name} any more that was live before`,
    fix: `Deploy ${service.name} again from the sources of then`,
  });
}
