import { hasCode } from '../../../aws/failure.ts';
import type { Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Account } from '../account.ts';
import { isOwn, ownTags } from '../names.ts';
import type { Slot } from './names.ts';
import type { Entrance, Site } from './places.ts';

type Elb = Awaited<ReturnType<Account['aws']['elb']>>;

export type Weights = Readonly<Record<Slot, number>>;

interface Wanted {
  readonly target: Target;
  readonly elb: Elb;
  readonly listener: string;
  readonly groups: Readonly<Record<Slot, string>>;
  /** None: the rule takes every request. */
  readonly host_names: readonly string[];
  /** Whether the listener is the target's own: then there is no other rule. */
  readonly own: boolean;
}

/** The rule whose weights say who the users' release is; made with nobody behind it. Answers its ARN. */
export async function ensureRule(wanted: Wanted): Promise<string> {
  const { elb, listener, groups } = wanted;
  const { Rules: rules = [] } = await elb.describeRules({ ListenerArn: listener });
  const ours = rules.find(({ Actions = [] }) =>
    Actions.some(({ ForwardConfig }) => ForwardConfig?.TargetGroups?.some((one) => one.TargetGroupArn === groups.a)),
  );
  if (!ours?.RuleArn) return createRule(wanted, rules);
  await elb.modifyRule({ RuleArn: ours.RuleArn, Conditions: conditionsOf(wanted) });
  return ours.RuleArn;
}

/** A rule that takes every request comes after those of guests at the same listener. */
const [GUEST, LAST] = [1_000, 50_000];

/** Somebody else may take a priority meanwhile: then the next free one is tried. */
async function createRule(
  wanted: Wanted,
  rules: readonly { readonly Priority?: string | undefined }[],
): Promise<string> {
  const { elb, listener, target, groups, own } = wanted;
  const taken = new Set(rules.map(({ Priority }) => Priority));
  let priority = own ? LAST : GUEST;
  while (taken.has(String(priority))) priority += own ? -1 : 1;
  try {
    const { Rules: [rule] = [] } = await elb.createRule({
      ListenerArn: listener,
      Priority: priority,
      Conditions: conditionsOf(wanted),
      Actions: [forward(groups, { a: 1, b: 0 })],
      Tags: Object.entries(ownTags(target)).map(([Key, Value]) => ({ Key, Value })),
    });
    return rule?.RuleArn ?? '';
  } catch (error) {
    if (hasCode(error, 'PriorityInUse')) return ensureRule(wanted);
    throw error;
  }
}

function conditionsOf({ host_names }: Wanted) {
  if (host_names.length === 0) return [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/*'] } }];
  return [{ Field: 'host-header', HostHeaderConfig: { Values: [...host_names] } }];
}

/** No stickiness: it would keep users with a release that has no share any more. */
function forward(groups: Readonly<Record<Slot, string>>, weights: Weights) {
  return {
    Type: 'forward' as const,
    ForwardConfig: {
      TargetGroups: [
        { TargetGroupArn: groups.a, Weight: weights.a },
        { TargetGroupArn: groups.b, Weight: weights.b },
      ],
    },
  };
}

/** What share of the requests each slot gets; a worker's one slot has all that there is. */
export async function readWeights({ account, places }: Site): Promise<Weights> {
  const { entrance } = places;
  if (!entrance) return { a: 1, b: 0 };
  const { Rules: [rule] = [] } = await (await account.aws.elb()).describeRules({ RuleArns: [entrance.rule] });
  const groups = rule?.Actions?.[0]?.ForwardConfig?.TargetGroups ?? [];
  const weightOf = (arn: string) => groups.find(({ TargetGroupArn }) => TargetGroupArn === arn)?.Weight ?? 0;
  return { a: weightOf(entrance.groups.a), b: weightOf(entrance.groups.b) };
}

export async function writeWeights({ account }: Site, entrance: Entrance, weights: Weights): Promise<void> {
  const elb = await account.aws.elb();
  await elb.modifyRule({ RuleArn: entrance.rule, Actions: [forward(entrance.groups, weights)] });
}

/** Those that have a condition; none when the listener is gone. */
export async function rulesAt(elb: Elb, listener: string): Promise<readonly string[]> {
  try {
    const { Rules: rules = [] } = await elb.describeRules({ ListenerArn: listener });
    return rules.flatMap(({ RuleArn, IsDefault }) => (RuleArn && !IsDefault ? [RuleArn] : []));
  } catch (error) {
    if (hasCode(error, 'ListenerNotFound', 'LoadBalancerNotFound')) return [];
    throw error;
  }
}

/** Only ours goes: the listener may be somebody else's. */
export async function removeRule(elb: Elb, target: Target, rule: string): Promise<void> {
  try {
    const { TagDescriptions: [tags] = [] } = await elb.describeTags({ ResourceArns: [rule] });
    const own = Object.fromEntries((tags?.Tags ?? []).map(({ Key = '', Value }) => [Key, Value]));
    if (!isOwn(target, own)) return;
    await elb.deleteRule({ RuleArn: rule });
  } catch (error) {
    if (!hasCode(error, 'RuleNotFound', 'ListenerNotFound', 'LoadBalancerNotFound')) throw error;
  }
}

export function noEntrance({ service }: Target): DeployerError {
  return new DeployerError({
    code: 'UNSUPPORTED',
    reason: `${service.name} is a worker: it has no traffic to share`,
    fix: 'Leave out worker, or deploy without --canary',
  });
}
