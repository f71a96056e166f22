import type { Driver } from '../../../core/driver.ts';
import { examineAccount } from '../examination.ts';
import { facts } from '../facts.ts';
import { provision } from './place/provision.ts';
import { preflight } from './preflight.ts';
import { destroyTarget } from './release/destroy.ts';
import { inspectTarget } from './release/inspection.ts';
import { keptVariables } from './release/kept-variables.ts';
import { releaseLogs } from './release/logs.ts';
import { placeRelease } from './release/placement.ts';
import { retireRelease, setTraffic } from './release/traffic.ts';
import { RIGHTS } from './rights.ts';

/** Places services as published versions of Lambda functions, led to by an alias. */
export const driver: Driver = {
  facts,
  preflight,
  examine: (target, context) => examineAccount(target, context, RIGHTS),
  provision,
  keptVariables,
  deploy: placeRelease,
  traffic: setTraffic,
  inspect: inspectTarget,
  retire: retireRelease,
  logs: releaseLogs,
  destroy: destroyTarget,
};
