import type { PlaceRequest, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Host } from '../host.ts';
import { containerName, LABEL } from '../names.ts';
import type { ImageHealth } from '../release/create.ts';
import { fetchableImage, requireImage } from '../release/image-transfer.ts';
import type { Making } from '../release/replicas.ts';
import { passServiceGate } from './gate.ts';
import { isGated, markGated } from './releases.ts';
import { makeSecrets } from './secrets.ts';
import { createService, findService, removeService } from './services.ts';
import { serviceSpec } from './spec.ts';

/** Makes sure that the cluster has the service of a release, with all replicas healthy. */
export async function placeService(host: Host, target: Target, request: PlaceRequest, making: Making): Promise<void> {
  const { release, context, onTouch } = making;
  const name = containerName(target, release);
  if ((await existing(host, name, release)) === 'ready') return;
  const image = await requireImage<ImageHealth>(host, target, request.artifact.digest);
  const { reference, headers } = await fetchableImage(host, target, request.artifact, context);
  onTouch();
  const secrets = await makeSecrets(host, target, request, release);
  const spec = serviceSpec(host, target, request, { release, image, reference, secrets });
  if ((await createService(host.engine, spec, headers)) === 'taken') await refuseForeign(host, name, release);
  const { replicas } = host.options;
  await passServiceGate({ host, target, context }, { name, replicas, before: new Set() });
  await markGated(host, name);
}

/** What an earlier attempt left without having passed its gate is cleared away. */
async function existing(host: Host, name: string, release: string): Promise<'ready' | 'absent'> {
  const found = await findService(host.engine, name);
  if (!found) return 'absent';
  await refuseForeign(host, name, release);
  if (isGated(found)) return 'ready';
  await removeService(host.engine, name);
  return 'absent';
}

/** Another host of the same cluster may have made it a moment ago. */
async function refuseForeign(host: Host, name: string, release: string): Promise<void> {
  const found = await findService(host.engine, name);
  if (found?.Spec.Labels[LABEL.release] === release) return;
  throw new DeployerError({
    code: 'PROJECT_NAME_TAKEN',
    stage: 'deploy',
    reason: `The service ${name} belongs to somebody else`,
    fix: 'Remove it, and deploy again',
  });
}
