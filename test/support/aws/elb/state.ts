import type { AwsPlace } from '../service.ts';
import type { Tags } from '../tags.ts';
import { stateOf } from '../world.ts';

export interface Balancer {
  readonly LoadBalancerArn: string;
  readonly LoadBalancerName: string;
  readonly DNSName: string;
  readonly Scheme: string;
  readonly VpcId: string;
  readonly SecurityGroups: readonly string[];
  readonly Subnets: readonly string[];
  tags: Tags;
}

export interface TargetGroup {
  readonly TargetGroupArn: string;
  readonly TargetGroupName: string;
  readonly VpcId: string;
  readonly Port: number;
  check: { HealthCheckPath: string; Matcher: { HttpCode: string } } & Readonly<Record<string, unknown>>;
  tags: Tags;
  /** Address of each target → port. */
  readonly targets: Map<string, number>;
}

// biome-ignore lint/suspicious/noExplicitAny: as the client has actions and conditions
export type Parts = readonly any[];

export interface Listener {
  readonly ListenerArn: string;
  readonly LoadBalancerArn: string;
  readonly Port: number;
  readonly Protocol: string;
  actions: Parts;
  tags: Tags;
}

export interface Rule {
  readonly RuleArn: string;
  readonly listener: string;
  readonly Priority: number;
  Conditions: Parts;
  Actions: Parts;
  tags: Tags;
}

export const balancersOf: (place: AwsPlace) => Map<string, Balancer> = stateOf('elb', () => new Map());
/** Of load balancers. */
export const limitsOf: (place: AwsPlace) => { most: number } = stateOf('elb limits', () => ({ most: 50 }));
export const groupsOf: (place: AwsPlace) => Map<string, TargetGroup> = stateOf('elb groups', () => new Map());
export const listenersOf: (place: AwsPlace) => Map<string, Listener> = stateOf('elb listeners', () => new Map());
export const rulesOf: (place: AwsPlace) => Map<string, Rule> = stateOf('elb rules', () => new Map());

/** Places that have load balancers, so that one address can serve them all. */
export const balancedPlaces: (place: AwsPlace) => Map<string, AwsPlace> = stateOf(
  'elb places',
  () => new Map(),
  'world',
);

/** ARNs of the groups that an action sends requests to, with their weights. */
export function groupsIn(actions: Parts): { arn: string; weight: number }[] {
  return actions.flatMap(({ Type, TargetGroupArn, ForwardConfig }) => {
    if (Type !== 'forward') return [];
    if (TargetGroupArn) return [{ arn: TargetGroupArn, weight: 1 }];
    return (ForwardConfig?.TargetGroups ?? []).map((it: { TargetGroupArn: string; Weight?: number }) => ({
      arn: it.TargetGroupArn,
      weight: it.Weight ?? 1,
    }));
  });
}

/** Whether requests can come to a group at all. */
export function isAttached(place: AwsPlace, arn: string): boolean {
  const actions = [
    ...[...listenersOf(place).values()].map((it) => it.actions),
    ...[...rulesOf(place).values()].map((it) => it.Actions),
  ];
  return actions.some((it) => groupsIn(it).some((group) => group.arn === arn));
}
