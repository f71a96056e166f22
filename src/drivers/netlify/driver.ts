import type { Driver } from '../../core/driver.ts';
import { facts } from './facts.ts';
import { preflight } from './preflight.ts';
import { destroyTarget } from './release/destroy.ts';
import { inspectTarget } from './release/inspection.ts';
import { releaseLogs } from './release/logs.ts';
import { placeRelease } from './release/placement.ts';
import { retireRelease, setTraffic } from './release/traffic.ts';
import { keptVariables } from './site/kept-variables.ts';
import { provision } from './site/site.ts';
import { configure } from './site/variables.ts';

/** Places services as deploys of Netlify sites, by Netlify's REST API. */
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
