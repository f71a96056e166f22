import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Json } from '../../../core/json.ts';
import { Railway } from '../api/client.ts';
import { findPlace, idsOf } from '../place/find.ts';
import { readInstance } from '../place/settings.ts';
import { listDeployments, removeDeployment } from './deployments.ts';
import { liveDeployment } from './inspection.ts';

/** Removes a deployment. What Railway has taken out of use itself stays in its history, and its image for a while. */
export async function retireRelease(target: Target, ref: Json, context: DriverContext): Promise<void> {
  const api = new Railway(context);
  const found = await findPlace(api, target, context);
  const place = found && idsOf(found);
  const instance = place && (await readInstance(api, place));
  if (!place || !instance) return;
  const deployments = await listDeployments(api, place);
  if (liveDeployment(deployments, instance) === ref && context.undoing === undefined) throw isLive(target);
  if (deployments.some(({ id }) => id === ref)) await removeDeployment(api, String(ref));
}

function isLive({ service }: Target): DeployerError {
  return new DeployerError({
    code: 'GATE_REFUSED',
    stage: 'cleanup',
    reason: `The live release of ${service.name} cannot be removed`,
    fix: 'Deploy another one first, or destroy the environment',
  });
}
