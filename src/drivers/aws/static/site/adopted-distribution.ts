import { hasCode } from '../../../../aws/failure.ts';
import type { DriverContext, Target } from '../../../../core/driver.ts';
import { DeployerError } from '../../../../core/errors.ts';
import type { Finding } from '../../../../core/finding.ts';
import { list } from '../../../../core/text.ts';
import type { Account } from '../../account.ts';
import type { StaticOptions } from '../../options/static.ts';
import { ownName } from '../names.ts';

type Cloudfront = Awaited<ReturnType<Account['aws']['cloudfront']>>;
type Found = NonNullable<Awaited<ReturnType<Cloudfront['getDistribution']>>['Distribution']>;

const EVENTS = { 'viewer-request': 'request', 'viewer-response': 'response' } as const;
type Event = keyof typeof EVENTS;
const ALL = Object.keys(EVENTS) as Event[];
/** Between looks, ms: CloudFront takes minutes. */
const LOOK_EVERY = 5_000;

/** `undefined` where there is none of that id. */
export async function findDistribution({ aws }: Account, id: string): Promise<Found | undefined> {
  try {
    return (await (await aws.cloudfront()).getDistribution({ Id: id })).Distribution;
  } catch (error) {
    if (hasCode(error, 'NoSuchDistribution')) return undefined;
    throw error;
  }
}

/**
 * What is wrong with a distribution that others have made. Nothing of it is ever changed: its owner sets our functions in its
 * default behaviour. They have to be there before that can be, so a first deploy (`made` is false) is told of it only.
 */
export async function distributionFindings(
  target: Target,
  account: Account,
  id: string,
  { made }: { readonly made: boolean },
): Promise<readonly Finding[]> {
  const found = await findDistribution(account, id);
  if (!found) {
    const fix = 'Correct aws.distribution, or leave it out to have one made';
    return [finding(target, 'NOT_FOUND', `There is no distribution ${id} in the account ${account.id}`, fix)];
  }
  const { Enabled, Staging } = found.DistributionConfig ?? {};
  if (!Enabled || Staging) {
    const what = Staging ? 'is a staging distribution' : 'is switched off';
    return [finding(target, 'GATE_REFUSED', `The distribution ${id} ${what}`, 'Name one that viewers reach')];
  }
  const taken = ALL.filter((event) => ![undefined, ownArn(target, account, event)].includes(standing(found, event)));
  if (taken.length > 0) return [inTheWay(target, id, taken)];
  return heldBy(target, account, found).length === ALL.length ? [] : [notLed(target, account, id, { made })];
}

/**
 * `GATE_REFUSED` where a distribution of others does not have our functions. Before the first release it waits until every
 * edge runs them: what was there before would pass for that release.
 */
export async function requireLed(
  target: Target,
  account: Account<StaticOptions>,
  context: DriverContext,
  { first }: { readonly first: boolean },
): Promise<void> {
  const id = account.options.distribution;
  while (id !== undefined) {
    const found = await findDistribution(account, id);
    if (!found || heldBy(target, account, found).length < ALL.length) throw refused(target, account, id);
    if (!first || found.Status === 'Deployed') return;
    context.log(`waiting until CloudFront has brought ${id} everywhere`, 'info');
    await context.clock.sleep(LOOK_EVERY, context.signal);
  }
}

/** Fails before anything is removed while the distribution runs our functions. */
export async function requireLetGo(target: Target, account: Account, id: string): Promise<void> {
  const found = await findDistribution(account, id);
  const held = found ? heldBy(target, account, found) : [];
  if (held.length === 0) return;
  const names = list(held.map((event) => ownName(target, EVENTS[event])));
  throw new DeployerError({
    code: 'GATE_REFUSED',
    reason: `The distribution ${id} still runs functions of ${target.service.name}: ${names}`,
    fix: 'Take them off its default behaviour, which gives viewers its own origin again, and destroy once more',
  });
}

/** The events of the default behaviour at which our functions stand. */
function heldBy(target: Target, account: Account, found: Found): readonly Event[] {
  return ALL.filter((event) => standing(found, event) === ownArn(target, account, event));
}

/** What stands at an event: CloudFront runs one function there, its own or one of Lambda. */
function standing({ DistributionConfig }: Found, event: Event): string | undefined {
  const { FunctionAssociations, LambdaFunctionAssociations } = DistributionConfig?.DefaultCacheBehavior ?? {};
  const own = FunctionAssociations?.Items?.find(({ EventType }) => EventType === event)?.FunctionARN;
  return own ?? LambdaFunctionAssociations?.Items?.find(({ EventType }) => EventType === event)?.LambdaFunctionARN;
}

function ownArn(target: Target, { partition, id }: Account, event: Event): string {
  return `arn:${partition}:cloudfront::${id}:function/${ownName(target, EVENTS[event])}`;
}

function finding({ service }: Target, code: Finding['code'], message: string, fix: string): Finding {
  return { level: 'error', code, message, path: `services.${service.name}.aws.distribution`, fix };
}

function inTheWay(target: Target, id: string, events: readonly Event[]): Finding {
  const message = `The default behaviour of the distribution ${id} runs another function at ${list(events)}`;
  return finding(target, 'GATE_REFUSED', message, 'Take it off, or leave aws.distribution out to have one made');
}

function notLed(target: Target, account: Account, id: string, { made }: { readonly made: boolean }): Finding {
  const wanted = list(ALL.map((event) => `${event} to ${ownArn(target, account, event)}`));
  const set = `in the default behaviour of ${id}, ${wanted}, of which viewers notice nothing before a release is live`;
  if (made) {
    const message = `The distribution ${id} does not lead viewers to ${target.service.name}`;
    return finding(target, 'GATE_REFUSED', message, `Set, ${set}; and deploy again`);
  }
  const message = `This deploy makes functions for the distribution ${id}, which does not run them yet, and stops there`;
  return { ...finding(target, 'GATE_REFUSED', message, `Then set, ${set}; and deploy again`), level: 'warning' };
}

function refused(target: Target, account: Account, id: string): DeployerError {
  const found = notLed(target, account, id, { made: true });
  const { message: reason, code, fix } = found;
  return new DeployerError({ code, stage: 'deploy', reason, ...(fix ? { fix } : {}), findings: [found] });
}
