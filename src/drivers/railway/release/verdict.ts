import { DeployerError, type Failure } from '../../../core/errors.ts';
import { printableLine } from '../../../core/text.ts';
import type { Data, Railway } from '../api/client.ts';
import type { DeploymentEventStep } from '../api/schema-types.generated.ts';
import { dashboardUrl } from '../names.ts';
import type { Creation } from './creation.ts';
import { type DeploymentView, phaseOf } from './deployments.ts';
import { printedLines } from './log-lines.ts';

type Event = Data<'DeploymentEvents'>['deploymentEvents']['edges'][number]['node'];
type Meaning = Pick<Failure, 'code' | 'stage'> & { readonly what: string; readonly fix: string };

const SHOWN_LINES = 20;
const SHOWN = 300;

/** Why a deployment did not come to be live: by the step that failed, with what Railway and the app said last. */
export async function verdictOf(seen: DeploymentView, awaited: Creation): Promise<DeployerError> {
  const { api, place, target } = awaited;
  const { name } = target.service;
  const other = otherThanFailed(seen, awaited);
  if (other) return new DeployerError({ stage: 'deploy', ...other });
  const failed = await failedStep(api, seen.id);
  const { what, ...meaning } = meaningOf(failed?.step, seen);
  const lines = await lastLines(api, seen.id);
  return new DeployerError({
    ...meaning,
    reason: `${name} ${what}`,
    fix: `${meaning.fix}, or look at ${dashboardUrl(place, seen.id)}`,
    detail: [...said(failed, seen), ...lines],
  });
}

function otherThanFailed(
  seen: DeploymentView,
  { place, target }: Creation,
): Pick<Failure, 'code' | 'reason' | 'fix'> | undefined {
  const { name } = target.service;
  switch (phaseOf(seen)) {
    case 'gone':
      return {
        code: 'DEPLOY_FAILED',
        reason: `The deployment of ${name} was cancelled or replaced at Railway`,
        fix: 'Deploy again when nobody else deploys it',
      };
    case 'skipped':
      return {
        code: 'DEPLOY_FAILED',
        reason: `Railway skipped the deployment of ${name}: none of the files it watches has changed`,
        fix: 'Remove the watch paths of the service at Railway',
      };
    case 'waits_for_person':
      return {
        code: 'GATE_REFUSED',
        reason: `The deployment of ${name} waits for somebody to approve it at Railway`,
        fix: `Approve it at ${dashboardUrl(place, seen.id)}, and deploy again`,
      };
    default:
      return undefined;
  }
}

const HEALTH: Meaning = {
  code: 'HEALTH_CHECK_FAILED',
  stage: 'health_check',
  what: 'did not become healthy at Railway',
  fix: 'Correct it or its health check',
};
const START: Meaning = {
  code: 'DEPLOY_FAILED',
  stage: 'deploy',
  what: 'could not be started at Railway',
  fix: 'See what it said',
};
const BUILD: Meaning = {
  code: 'BUILD_FAILED',
  stage: 'build',
  what: 'could not be built at Railway',
  fix: 'Correct what its build says',
};
const STEPS: Readonly<Partial<Record<DeploymentEventStep, Meaning>>> = {
  SNAPSHOT_CODE: BUILD,
  BUILD_IMAGE: BUILD,
  PUBLISH_IMAGE: BUILD,
  PRE_DEPLOY_COMMAND: {
    code: 'COMMAND_FAILED',
    stage: 'migration',
    what: 'was not deployed: its pre-deploy command failed',
    fix: 'Correct railway.pre_deploy_command',
  },
  HEALTHCHECK: HEALTH,
};

function meaningOf(step: DeploymentEventStep | undefined, { status }: DeploymentView): Meaning {
  if (status === 'CRASHED') return { ...HEALTH, what: 'crashed at Railway', fix: 'Correct it' };
  return (step === undefined ? undefined : STEPS[step]) ?? START;
}

/** All that is known of what failed: worth asking for again. */
async function failedStep(api: Railway, id: string): Promise<Event | undefined> {
  for (let tries = 1; tries <= 3; tries++) {
    const given = { doing: 'look at the steps of the deployment' };
    const found = await api.find('DeploymentEvents', { id }, given).catch(() => undefined);
    const events = found?.deploymentEvents.edges.map(({ node }) => node);
    if (events) return events.findLast(({ payload }) => Boolean(payload?.error));
  }
  return undefined;
}

function said(event: Event | undefined, { status }: DeploymentView): readonly string[] {
  if (!event) return [`status at Railway: ${status}`];
  const words = [event.payload?.error, event.payload?.reason].filter((text) => typeof text === 'string' && text !== '');
  return [`${event.step.toLowerCase().replaceAll('_', ' ')}: ${words.join('; ')}`].map((line) =>
    printableLine(line).slice(0, SHOWN),
  );
}

/** What it printed while it ran; of one that never did, what its build printed. */
async function lastLines(api: Railway, id: string): Promise<readonly string[]> {
  for (const kind of ['runtime', 'build'] as const) {
    const lines = await printedLines(api, id, kind, { limit: SHOWN_LINES }).catch(() => []);
    if (lines.length > 0) return lines.map(({ line }) => printableLine(line).slice(0, SHOWN));
  }
  return [];
}
