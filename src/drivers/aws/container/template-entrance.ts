import type { JsonObject } from '../../../core/json.ts';
import { namesOf, type Slot } from './names.ts';
import type { Recipe } from './recipe.ts';

/** Ports of the load balancer on which each slot alone answers. */
export const CHECK_PORTS: Readonly<Record<Slot, number>> = { a: 9001, b: 9002 };

const GROUP = { a: 'GroupA', b: 'GroupB' } as const;
const HTTPS_POLICY = 'ELBSecurityPolicy-TLS13-1-2-2021-06';

/** How users reach tasks: nothing reaches them but the load balancer. */
export function entranceOf(recipe: Recipe): JsonObject {
  const { options } = recipe;
  if (options.worker) return { TaskGroup: taskGroup(recipe, []) };
  const groups = { GroupA: targetGroup(recipe, 'a'), GroupB: targetGroup(recipe, 'b') };
  const given = recipe.network.balancer_groups;
  if (given) return { ...groups, TaskGroup: taskGroup(recipe, given) };
  return {
    ...groups,
    BalancerGroup: balancerGroup(recipe),
    TaskGroup: taskGroup(recipe, [{ 'Fn::GetAtt': ['BalancerGroup', 'GroupId'] }]),
    Balancer: balancer(recipe),
    ...listeners(recipe),
    ...(options.check_from.length > 0 ? { CheckA: checkListener('a'), CheckB: checkListener('b') } : {}),
  };
}

function balancerGroup({ options, network, target }: Recipe): JsonObject {
  const from = (ranges: readonly string[], ports: readonly number[]) =>
    ranges.flatMap((range) =>
      ports.map((port) => ({
        IpProtocol: 'tcp',
        FromPort: port,
        ToPort: port,
        ...(range.includes(':') ? { CidrIpv6: range } : { CidrIp: range }),
      })),
    );
  return {
    Type: 'AWS::EC2::SecurityGroup',
    Properties: {
      GroupDescription: `Who reaches ${namesOf(target).family}`,
      VpcId: network.vpc,
      SecurityGroupIngress: [
        ...from(options.allow_from, options.balancer_certificate ? [80, 443] : [80]),
        ...from(options.check_from, Object.values(CHECK_PORTS)),
      ],
    },
  };
}

/** Any port of a task, since the old release may listen on another one than the new; nobody but the load balancer. */
function taskGroup({ network, target }: Recipe, from: readonly (string | JsonObject)[]): JsonObject {
  return {
    Type: 'AWS::EC2::SecurityGroup',
    Properties: {
      GroupDescription: `Tasks of ${namesOf(target).family}`,
      VpcId: network.vpc,
      SecurityGroupIngress: from.map((SourceSecurityGroupId) => ({
        IpProtocol: 'tcp',
        FromPort: 1,
        ToPort: 65_535,
        SourceSecurityGroupId,
      })),
    },
  };
}

function balancer({ network, target }: Recipe): JsonObject {
  return {
    Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
    Properties: {
      Name: namesOf(target).balancer,
      Type: 'application',
      Scheme: network.public_ip ? 'internet-facing' : 'internal',
      Subnets: [...network.subnets],
      SecurityGroups: [{ 'Fn::GetAtt': ['BalancerGroup', 'GroupId'] }],
    },
  };
}

/** How it checks tasks is set with each release: services are changed more often than targets. */
function targetGroup({ options, network, target }: Recipe, slot: Slot): JsonObject {
  const drain = String(Math.min(3600, Math.ceil(options.drain_timeout / 1000)));
  return {
    Type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
    Properties: {
      Name: namesOf(target).group(slot),
      TargetType: 'ip',
      Protocol: 'HTTP',
      Port: options.port,
      VpcId: network.vpc,
      HealthyThresholdCount: 2,
      TargetGroupAttributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: drain }],
    },
  };
}

/** Requests that no rule takes get no service. */
const NOTHING = {
  Type: 'fixed-response',
  FixedResponseConfig: { StatusCode: '503', ContentType: 'text/plain', MessageBody: 'No release is live' },
};

function listeners({ options }: Recipe): JsonObject {
  const plain = (action: JsonObject) => listener({ Port: 80, Protocol: 'HTTP', DefaultActions: [action] });
  if (!options.balancer_certificate) return { Listener: plain(NOTHING) };
  return {
    Listener: listener({
      Port: 443,
      Protocol: 'HTTPS',
      SslPolicy: HTTPS_POLICY,
      Certificates: [{ CertificateArn: options.balancer_certificate }],
      DefaultActions: [NOTHING],
    }),
    Redirect: plain({
      Type: 'redirect',
      RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' },
    }),
  };
}

function checkListener(slot: Slot): JsonObject {
  return listener({
    Port: CHECK_PORTS[slot],
    Protocol: 'HTTP',
    DefaultActions: [{ Type: 'forward', TargetGroupArn: { Ref: GROUP[slot] } }],
  });
}

function listener(properties: JsonObject): JsonObject {
  return {
    Type: 'AWS::ElasticLoadBalancingV2::Listener',
    Properties: { LoadBalancerArn: { Ref: 'Balancer' }, ...properties },
  };
}
