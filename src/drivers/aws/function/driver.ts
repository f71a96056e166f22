import type { Driver } from '../../../core/driver.ts';
import { facts } from '../facts.ts';
import { provision } from './place/provision.ts';
import { preflight } from './preflight.ts';
import { destroyTarget } from './release/destroy.ts';
import { inspectTarget } from './release/inspection.ts';
import { releaseLogs } from './release/logs.ts';
import { placeRelease } from './release/placement.ts';
import { retireRelease, setTraffic } from './release/traffic.ts';

/** Places services as published versions of Lambda functions, led to by an alias. */
export const driver: Driver = {
  facts,
  preflight,
  provision,
  deploy: placeRelease,
  traffic: setTraffic,
  inspect: inspectTarget,
  retire: retireRelease,
  logs: releaseLogs,
  destroy: destroyTarget,
};
