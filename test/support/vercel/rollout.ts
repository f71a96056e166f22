import { require, stateOf } from './deployments.ts';
import { type Call, type Front, HttpError } from './front.ts';

interface Stage {
  readonly targetPercentage: number;
  readonly duration?: number;
}

/** The rolling releases of one project. */
export interface Rolling {
  stages?: readonly Stage[];
  active?: { readonly canary: string; readonly current: string; readonly stages: readonly Stage[]; served: number };
}

export function rollingOf(front: Front, project: string): Rolling {
  const found = front.rollouts.get(project) ?? {};
  front.rollouts.set(project, found);
  return found;
}

export async function rollout(front: Front, call: Call, idOrName: string, what: string) {
  const project = await front.project(call, idOrName);
  const rolling = rollingOf(front, project.id);
  if (what === 'billing') return { status: 200, body: { reason: front.rolloutReason } };
  if (what === 'config') return config(rolling, call);
  if (what === 'start') return start(front, project.id, call.json.canaryDeploymentId);
  if (what === 'complete') return complete(front, project.id, call.json.canaryDeploymentId);
  return { status: 200, body: { rollingRelease: viewOf(rolling) } };
}

function config(rolling: Rolling, { request, json }: Call) {
  if (request.method === 'DELETE') delete rolling.stages;
  if (request.method === 'PATCH') {
    const percentages = json.stages.map(({ targetPercentage }: Stage) => targetPercentage);
    const rising = percentages.every((one: number, index: number) => index === 0 || one > percentages[index - 1]);
    const right = percentages.length >= 2 && percentages.length <= 10 && percentages.at(-1) === 100 && rising;
    if (!right || typeof json.advancementType !== 'string') throw new HttpError(400, 'bad_request', 'Wrong stages');
    rolling.stages = json.stages;
  }
  return { status: 200, body: { rollingRelease: rolling.stages ? { stages: rolling.stages } : null } };
}

function start(front: Front, project: string, canary: string) {
  const rolling = rollingOf(front, project);
  const current = front.production.get(project);
  const deployment = require(front, canary);
  if (rolling.active?.canary === canary) return { status: 200, body: { rollingRelease: viewOf(rolling) } };
  if (!rolling.stages) throw new HttpError(400, 'bad_request', 'Rolling releases are not enabled');
  if (rolling.active || current === undefined) throw new HttpError(409, 'conflict', 'Cannot start');
  if (stateOf(deployment) !== 'READY' || deployment.target !== 'production')
    throw new HttpError(400, 'bad_request', 'The deployment cannot be a canary');
  rolling.active = { canary, current, stages: rolling.stages, served: 0 };
  return { status: 200, body: { rollingRelease: viewOf(rolling) } };
}

function complete(front: Front, project: string, canary: string) {
  const rolling = rollingOf(front, project);
  if (!rolling.active && front.production.get(project) === canary) return { status: 200, body: {} };
  if (rolling.active?.canary !== canary) throw new HttpError(409, 'conflict', 'No such rolling release');
  delete rolling.active;
  front.serve(require(front, canary));
  return { status: 200, body: {} };
}

function viewOf({ active }: Rolling) {
  if (!active) return null;
  const stages = active.stages.map((stage, index) => ({
    ...stage,
    index,
    isFinalStage: stage.targetPercentage === 100,
  }));
  return {
    state: 'ACTIVE',
    currentDeployment: { id: active.current },
    canaryDeployment: { id: active.canary },
    stages,
    activeStage: stages[0],
    nextStage: stages[1],
  };
}

/** Who answers the next user. */
export function nextOf(front: Front, project: string): string | undefined {
  const { active } = rollingOf(front, project);
  if (!active) return front.production.get(project);
  const share = active.stages[0]?.targetPercentage ?? 0;
  return (active.served++ * 37) % 100 < share ? active.canary : active.current;
}
