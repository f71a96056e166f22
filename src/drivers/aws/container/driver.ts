import type { Driver } from '../../../core/driver.ts';
import { buildInputs } from '../../image/build/inputs.ts';
import { examineAccount } from '../examination.ts';
import { facts } from '../facts.ts';
import { destroyTarget } from './destroy.ts';
import { buildTarget } from './images.ts';
import { inspectTarget } from './inspection.ts';
import { runJob } from './job.ts';
import { keptVariables } from './kept-variables.ts';
import { releaseLogs } from './logs.ts';
import { placeRelease } from './placement.ts';
import { preflight } from './preflight.ts';
import { provision } from './provision.ts';
import { restoreRelease, restRelease, retireRelease } from './retirement.ts';
import { RIGHTS } from './rights.ts';
import { setTraffic } from './traffic.ts';

/** Runs services as tasks of ECS Fargate, behind a load balancer whose rule says which release has the users. */
export const driver: Driver = {
  facts,
  preflight,
  examine: (target, context) => examineAccount(target, context, RIGHTS),
  provision,
  keptVariables,
  buildInputs,
  build: buildTarget,
  run: runJob,
  deploy: placeRelease,
  traffic: setTraffic,
  inspect: inspectTarget,
  rest: restRelease,
  restore: restoreRelease,
  retire: retireRelease,
  logs: releaseLogs,
  destroy: destroyTarget,
};
