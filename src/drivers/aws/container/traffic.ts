import type { DriverContext, Share, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { SLOTS } from './names.ts';
import { openSite, type Site } from './places.ts';
import { noEntrance, writeWeights } from './rule.ts';
import { type Held, holds, readRef, readSlots } from './slots.ts';

/** One change of one rule: users move at once, and what is under way is finished by the tasks that have it. */
export async function setTraffic(target: Target, shares: readonly Share[], context: DriverContext): Promise<void> {
  const site = await openSite(target, context);
  const { entrance } = site.places;
  if (!entrance) throw noEntrance(target);
  const slots = await readSlots(site);
  const weightOf = (held: Held | undefined) =>
    shares.find(({ ref }) => held && holds(held, readRef(ref)))?.percent ?? 0;
  const missing = shares.find(({ ref, percent }) => percent > 0 && !slots.some((held) => holds(held, readRef(ref))));
  if (missing) throw gone(target);
  const [a, b] = SLOTS.map((slot) => slots.find((held) => held.slot === slot));
  for (const held of [a, b]) if (held && weightOf(held) > 0) await requireHealthy(site, held);
  if (a && b && a.weight === weightOf(a) && b.weight === weightOf(b)) return;
  await writeWeights(site, entrance, { a: weightOf(a), b: weightOf(b) });
}

/** A group without a healthy task is not passed over: its share of the requests would fail. */
async function requireHealthy(site: Site, held: Held): Promise<void> {
  if ((await healthyTasks(site, held.slot)) > 0) return;
  const { service, environment } = site.target;
  throw new DeployerError({
    code: 'STATE_CONFLICT',
    reason: `No task of the release of ${service.name} that is to get users is healthy`,
    fix: `Deploy again: deployer deploy --env ${environment}`,
  });
}

/** Tasks of a slot that the load balancer finds well; none of a worker. */
export async function healthyTasks({ account, places }: Site, slot: Held['slot']): Promise<number> {
  const { entrance } = places;
  if (!entrance) return 0;
  const elb = await account.aws.elb();
  const { TargetHealthDescriptions: targets = [] } = await elb.describeTargetHealth({
    TargetGroupArn: entrance.groups[slot],
  });
  return targets.filter(({ TargetHealth }) => TargetHealth?.State === 'healthy').length;
}

function gone({ service, environment }: Target): DeployerError {
  return new DeployerError({
    code: 'NOT_FOUND',
    reason: `The release of ${service.name} that is to get users is not there any more`,
    fix: `Deploy again: deployer deploy --env ${environment}`,
  });
}
