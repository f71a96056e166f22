import type { Driver } from '../../../core/driver.ts';
import { examineAccount } from '../examination.ts';
import { facts } from '../facts.ts';
import type { Adopting } from './names.ts';
import { inspectTarget } from './release/inspection.ts';
import { placeRelease } from './release/place.ts';
import { retireRelease } from './release/retire.ts';
import { setTraffic } from './release/traffic.ts';
import { rightsOf } from './rights.ts';
import { destroyTarget } from './site/destroy.ts';
import { provision } from './site/place.ts';
import { preflight } from './site/preflight.ts';

/** Serves files from a private bucket behind CloudFront, whose viewer function says which release each viewer gets. */
export const driver: Driver = {
  facts,
  preflight,
  examine: (target, context) => examineAccount(target, context, rightsOf(target.service.options as Adopting)),
  provision,
  deploy: placeRelease,
  traffic: setTraffic,
  inspect: inspectTarget,
  retire: retireRelease,
  destroy: destroyTarget,
};
