import type { DriverContext, Share, Target } from '../../../../core/driver.ts';
import { DeployerError } from '../../../../core/errors.ts';
import { type Account, openAccount } from '../../account.ts';
import type { StaticOptions } from '../../options/static.ts';
import { type Mark, shifted } from '../live.ts';
import type { Place } from '../names.ts';
import { requirePlace } from '../site/place.ts';
import { changeLive, findMark } from '../store.ts';

/** Writes one key, which every viewer is led by from then on. */
export async function setTraffic(target: Target, shares: readonly Share[], context: DriverContext): Promise<void> {
  const account = await openAccount<StaticOptions>(target, context);
  const place = await requirePlace(target, account);
  const wanted = await Promise.all(
    shares
      .filter(({ percent }) => percent > 0)
      .map(async ({ ref, percent }) => ({ mark: await requireMark(account, place, target, String(ref)), percent })),
  );
  if (wanted.length > 2) throw tooMany(target);
  await changeLive(account, place, (live) => shifted(live, wanted));
}

async function requireMark(account: Account, place: Place, target: Target, ref: string): Promise<Mark> {
  const mark = await findMark(account, place, ref);
  if (mark) return mark;
  throw new DeployerError({
    code: 'NOT_FOUND',
    stage: 'traffic',
    reason: `The release ${ref} of ${target.service.name} is not in ${place.bucket} any more`,
    fix: `Place it again: deployer redeploy --env ${target.environment}`,
  });
}

function tooMany({ service }: Target): DeployerError {
  return new DeployerError({
    code: 'UNSUPPORTED',
    stage: 'traffic',
    reason: `The viewers of ${service.name} can be split between two releases, and not between more`,
    fix: 'End the canary that runs first',
  });
}
