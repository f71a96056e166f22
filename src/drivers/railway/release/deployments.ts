import type { Data, Railway } from '../api/client.ts';
import type { DeploymentStatus } from '../api/schema-types.generated.ts';
import type { PlaceIds } from '../names.ts';

export type DeploymentView = Data<'Deployment'>['deployment'];

/** The newest first, at most fifty; also those that were replaced. */
export async function listDeployments(api: Railway, place: PlaceIds): Promise<readonly DeploymentView[]> {
  const input = { projectId: place.project, environmentId: place.environment, serviceId: place.service };
  const found = await api.find('Deployments', { input }, { doing: 'list the deployments of the service' });
  return (found?.deployments.edges ?? [])
    .map(({ node }) => node)
    .toSorted((one, other) => (one.createdAt > other.createdAt ? -1 : one.createdAt < other.createdAt ? 1 : 0));
}

export async function getDeployment(api: Railway, id: string): Promise<DeploymentView | undefined> {
  const found = await api.find('Deployment', { id }, { doing: `look at the deployment ${id}` });
  return found?.deployment;
}

/** Where a deployment stands; `unknown` for what Railway has learnt since. */
export type Phase = 'under_way' | 'live' | 'failed' | 'gone' | 'skipped' | 'waits_for_person' | 'unknown';

const PHASES: Readonly<Record<DeploymentStatus, Phase>> = {
  INITIALIZING: 'under_way',
  QUEUED: 'under_way',
  WAITING: 'under_way',
  BUILDING: 'under_way',
  DEPLOYING: 'under_way',
  SUCCESS: 'live',
  // It was well, and nobody asks for it at the moment.
  SLEEPING: 'live',
  FAILED: 'failed',
  CRASHED: 'failed',
  REMOVING: 'gone',
  REMOVED: 'gone',
  SKIPPED: 'skipped',
  NEEDS_APPROVAL: 'waits_for_person',
};

export function phaseOf({ status }: Pick<DeploymentView, 'status'>): Phase {
  return PHASES[status] ?? 'unknown';
}

/** Takes a deployment out of the way, whatever it is doing. One that is gone is no failure. */
export async function removeDeployment(api: Railway, id: string): Promise<void> {
  const phase = async () => {
    const there = await getDeployment(api, id);
    return there ? phaseOf(there) : 'gone';
  };
  const isGone = async () => (await phase()) === 'gone';
  switch (await phase()) {
    case 'gone':
      return;
    case 'under_way':
    case 'waits_for_person':
      return api.remove('CancelDeployment', { id }, { doing: `cancel the deployment ${id}`, isGone });
    default:
      return api.remove('RemoveDeployment', { id }, { doing: `remove the deployment ${id}`, isGone });
  }
}
