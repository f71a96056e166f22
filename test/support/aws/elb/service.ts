import { type AwsCall, AwsFault, type AwsService } from '../service.ts';
import { tagList, tagsOf } from '../tags.ts';
import { healthOf } from './front.ts';
import {
  balancersOf,
  groupsIn,
  groupsOf,
  limitsOf,
  listenersOf,
  type Rule,
  rulesOf,
  type TargetGroup,
} from './state.ts';

/** Load balancers, version 2. Those of stacks are made by `resources.ts`; rules are made here. */
export const elb: AwsService = {
  signedFor: 'elasticloadbalancing',
  package: '@aws-sdk/client-elastic-load-balancing-v2',
  model: () => import('@aws-sdk/client-elastic-load-balancing-v2') as never,
  operations: {
    DescribeLoadBalancers: ({ LoadBalancerArns, Names }, call) => {
      const all = [...balancersOf(call).values()];
      const wanted = all.filter(
        (it) =>
          (!LoadBalancerArns || LoadBalancerArns.includes(it.LoadBalancerArn)) &&
          (!Names || Names.includes(it.LoadBalancerName)),
      );
      if (wanted.length < (LoadBalancerArns ?? Names ?? []).length)
        throw new AwsFault('LoadBalancerNotFound', 'One or more load balancers not found');
      return {
        LoadBalancers: wanted.map(({ tags: _, Subnets, ...it }) => ({
          ...it,
          Type: 'application',
          State: { Code: 'active' },
          AvailabilityZones: Subnets.map((SubnetId) => ({ SubnetId })),
        })),
      };
    },
    DescribeTargetGroups: ({ TargetGroupArns, LoadBalancerArn, Names }, call) => ({
      TargetGroups: [...groupsOf(call).values()]
        .filter(
          (it) =>
            (!TargetGroupArns || TargetGroupArns.includes(it.TargetGroupArn)) &&
            (!Names || Names.includes(it.TargetGroupName)) &&
            !LoadBalancerArn,
        )
        .map(shownGroup),
    }),
    ModifyTargetGroup: ({ TargetGroupArn, ...check }, call) => {
      const group = groupOf(TargetGroupArn, call);
      const { HealthCheckIntervalSeconds = 30, HealthCheckTimeoutSeconds = 5, HealthyThresholdCount = 2 } = check;
      if (HealthCheckTimeoutSeconds >= HealthCheckIntervalSeconds)
        throw new AwsFault('ValidationError', 'Health check timeout must be smaller than the interval');
      if (HealthyThresholdCount < 2 || HealthyThresholdCount > 10)
        throw new AwsFault('ValidationError', 'Healthy threshold count must be between 2 and 10');
      group.check = { ...group.check, ...check };
      return { TargetGroups: [shownGroup(group)] };
    },
    DescribeListeners: ({ ListenerArns, LoadBalancerArn }, call) => {
      const wanted = [...listenersOf(call).values()].filter(
        (it) =>
          (!ListenerArns || ListenerArns.includes(it.ListenerArn)) &&
          (!LoadBalancerArn || it.LoadBalancerArn === LoadBalancerArn),
      );
      if (wanted.length < (ListenerArns ?? []).length)
        throw new AwsFault('ListenerNotFound', 'One or more listeners not found');
      return { Listeners: wanted.map(({ tags: _, actions, ...it }) => ({ ...it, DefaultActions: actions })) };
    },
    DescribeRules: ({ ListenerArn, RuleArns }, call) => {
      const wanted = [...rulesOf(call).values()].filter(
        (it) => (!RuleArns || RuleArns.includes(it.RuleArn)) && (!ListenerArn || it.listener === ListenerArn),
      );
      if (wanted.length < (RuleArns ?? []).length) throw new AwsFault('RuleNotFound', 'One or more rules not found');
      return { Rules: wanted.map(shownRule) };
    },
    CreateRule: ({ ListenerArn, Priority, Conditions, Actions, Tags }, call) => {
      if (!listenersOf(call).has(ListenerArn))
        throw new AwsFault('ListenerNotFound', `Listener '${ListenerArn}' not found`);
      const taken = [...rulesOf(call).values()].some((it) => it.listener === ListenerArn && it.Priority === Priority);
      if (taken) throw new AwsFault('PriorityInUse', `Priority '${Priority}' is currently in use`);
      checkActions(Actions, call);
      const RuleArn = `${ListenerArn.replace(':listener/', ':listener-rule/')}/${call.world.hex(16)}`;
      const rule: Rule = { RuleArn, listener: ListenerArn, Priority, Conditions, Actions, tags: tagsOf(Tags) };
      rulesOf(call).set(RuleArn, rule);
      return { Rules: [shownRule(rule)] };
    },
    ModifyRule: ({ RuleArn, Conditions, Actions }, call) => {
      const rule = rulesOf(call).get(RuleArn);
      if (!rule) throw new AwsFault('RuleNotFound', `Rule '${RuleArn}' not found`);
      if (Actions) checkActions(Actions, call);
      rule.Actions = Actions ?? rule.Actions;
      rule.Conditions = Conditions ?? rule.Conditions;
      return { Rules: [shownRule(rule)] };
    },
    DeleteRule: ({ RuleArn }, call) => {
      if (!rulesOf(call).delete(RuleArn)) throw new AwsFault('RuleNotFound', `Rule '${RuleArn}' not found`);
      return {};
    },
    DescribeTargetHealth: async ({ TargetGroupArn }, call) => {
      const group = groupOf(TargetGroupArn, call);
      const TargetHealthDescriptions = await Promise.all(
        [...group.targets].map(async ([Id, Port]) => ({
          Target: { Id, Port },
          TargetHealth: { State: await healthOf(group, Id) },
        })),
      );
      return { TargetHealthDescriptions };
    },
    DescribeTags: ({ ResourceArns }, call) => ({
      TagDescriptions: (ResourceArns as string[]).map((ResourceArn) => {
        const kinds = [rulesOf(call), listenersOf(call), groupsOf(call), balancersOf(call)];
        const thing = kinds.map((kind) => kind.get(ResourceArn)).find(Boolean);
        if (!thing) throw new AwsFault('RuleNotFound', `'${ResourceArn}' not found`);
        return { ResourceArn, Tags: tagList(thing.tags) };
      }),
    }),
    DescribeAccountLimits: (_, call) => ({
      Limits: [{ Name: 'application-load-balancers', Max: String(limitsOf(call).most) }],
    }),
  },
  tagged: (place) => [
    ...[...balancersOf(place)].map(tagged),
    ...[...groupsOf(place)].map(tagged),
    ...[...listenersOf(place)].map(tagged),
    ...[...rulesOf(place)].map(tagged),
  ],
};

function tagged([arn, { tags }]: readonly [string, { readonly tags: ReadonlyMap<string, string> }]) {
  return { arn, tags: Object.fromEntries(tags) };
}

export function groupOf(arn: string, call: AwsCall): TargetGroup {
  const group = groupsOf(call).get(arn);
  if (!group) throw new AwsFault('TargetGroupNotFound', `Target group '${arn}' not found`);
  return group;
}

/** Weights are whole numbers from 0 to 999, of at most five groups that are there. */
export function checkActions(actions: Rule['Actions'], call: AwsCall): void {
  const groups = groupsIn(actions);
  for (const { arn, weight } of groups) {
    groupOf(arn, call);
    if (!Number.isInteger(weight) || weight < 0 || weight > 999)
      throw new AwsFault('ValidationError', `Weight must be between 0 and 999: ${weight}`);
  }
  if (groups.length > 5) throw new AwsFault('TooManyTargetGroups', 'At most five target groups');
}

function shownGroup({ tags: _, targets: __, check, ...group }: TargetGroup) {
  return { ...group, ...check, TargetType: 'ip', Protocol: 'HTTP' };
}

function shownRule({ tags: _, listener: __, Priority, ...rule }: Rule) {
  return { ...rule, Priority: String(Priority), IsDefault: false };
}
