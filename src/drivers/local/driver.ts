import type { Driver, Share } from '../../core/driver.ts';
import { DeployerError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import { callGateway } from './client.ts';
import { facts } from './facts.ts';
import { inspect, inspectTarget, targetName } from './inspection.ts';
import { runJob } from './job.ts';
import { removeJobs } from './job-folder.ts';
import { placeRelease } from './placement.ts';
import { preflight } from './preflight.ts';
import { provisionTarget } from './provision.ts';
import { releaseLogs } from './release-logs.ts';

/** Runs services on this machine, behind a gateway that every project has one of. */
export const driver: Driver = {
  facts,
  preflight,
  provision: provisionTarget,
  run: runJob,
  inspect,
  logs: releaseLogs,

  async deploy(target, request, context) {
    await removeJobs(targetName(target), context, { of: 'release' });
    return placeRelease(target, request, context);
  },

  async traffic(target, shares, context) {
    const { folder, signal, timeout } = context;
    await provisionTarget(target, context);
    const params = { ...targetName(target), shares: sharesById(shares) };
    await callGateway({ folder, method: 'shares', params, signal, timeout });
  },

  async retire(target, ref, context) {
    if (!(await inspectTarget(target, context))) return;
    const { folder, signal, timeout } = context;
    const params = { ...targetName(target), id: releaseOf(ref), drain: 'wait' } as const;
    await callGateway({ folder, method: 'retire', params, signal, timeout });
  },

  async destroy(target, context) {
    await removeJobs(targetName(target), context, { of: 'all' });
    if (!(await inspectTarget(target, context))) return;
    const { folder, signal, timeout } = context;
    await callGateway({ folder, method: 'destroy', params: targetName(target), signal, timeout });
  },
};

function sharesById(shares: readonly Share[]): Record<string, number> {
  const sum = shares.reduce((total, { percent }) => total + percent, 0);
  const sound = shares.every(({ percent }) => percent >= 0 && percent <= 100);
  if (!sound || (shares.length > 0 && sum !== 100))
    throw new DeployerError({ code: 'INTERNAL', stage: 'traffic', reason: `Shares add up to ${sum} instead of 100` });
  return Object.fromEntries(shares.map(({ ref, percent }) => [releaseOf(ref), percent]));
}

function releaseOf(ref: Json): string {
  if (typeof ref === 'string') return ref;
  throw new DeployerError({ code: 'INTERNAL', reason: 'A reference of another driver was given to the local one' });
}
