import type { Driver } from '../../core/driver.ts';
import { facts } from './facts.ts';
import { keptVariables } from './place/kept-variables.ts';
import { provision } from './place/provision.ts';
import { configure } from './place/variables.ts';
import { examineTarget, preflight } from './preflight.ts';
import { destroyTarget } from './release/destroy.ts';
import { inspectTarget } from './release/inspection.ts';
import { releaseLogs } from './release/logs.ts';
import { placeRelease } from './release/placement.ts';
import { restoreRelease } from './release/restoration.ts';
import { retireRelease } from './release/retirement.ts';

/** Places services as deployments of Railway services, by Railway's GraphQL API. */
export const driver: Driver = {
  facts,
  preflight,
  examine: examineTarget,
  provision,
  configure,
  keptVariables,
  deploy: placeRelease,
  inspect: inspectTarget,
  restore: restoreRelease,
  retire: retireRelease,
  logs: releaseLogs,
  destroy: destroyTarget,
};
