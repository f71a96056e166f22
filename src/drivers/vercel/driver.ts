import type { Driver } from '../../core/driver.ts';
import { facts } from './facts.ts';
import { preflight } from './preflight.ts';
import { keptVariables } from './project/kept-variables.ts';
import { provision } from './project/project.ts';
import { configure } from './project/variables.ts';
import { destroyTarget } from './release/destroy.ts';
import { inspectTarget } from './release/inspection.ts';
import { releaseLogs } from './release/logs.ts';
import { placeRelease } from './release/placement.ts';
import { retireRelease, setTraffic } from './release/traffic.ts';

/** Places services as deployments of Vercel projects, by Vercel's REST API. */
export const driver: Driver = {
  facts,
  preflight,
  provision,
  configure,
  keptVariables,
  deploy: placeRelease,
  traffic: setTraffic,
  inspect: inspectTarget,
  retire: retireRelease,
  logs: releaseLogs,
  destroy: destroyTarget,
};
