import type { ResourceHandler } from '../cloudformation/resources.ts';
import { networkOf } from '../ec2/state.ts';
import { AwsFault, arnOf } from '../service.ts';
import { checkActions } from './service.ts';
import { balancedPlaces, balancersOf, groupsOf, isAttached, listenersOf, rulesOf } from './state.ts';

/** Load balancers of stacks, with their groups and listeners. */
export const elbResources: Readonly<Record<string, ResourceHandler>> = {
  'AWS::ElasticLoadBalancingV2::LoadBalancer': {
    create: (properties, context) => {
      const name = checkName(properties['Name'] ?? context.name(32));
      if ([...balancersOf(context).values()].some((it) => it.LoadBalancerName === name))
        throw new AwsFault('DuplicateLoadBalancerName', `A load balancer with the same name '${name}' exists`);
      const { subnets } = networkOf(context);
      const own = subnets.filter(({ SubnetId }) => properties['Subnets'].includes(SubnetId));
      if (new Set(own.map((it) => it.AvailabilityZone)).size < 2)
        throw new AwsFault(
          'ValidationError',
          'At least two subnets in two different Availability Zones must be specified',
        );
      const id = context.world.hex(16);
      const LoadBalancerArn = arnOf(context, 'elasticloadbalancing', `loadbalancer/app/${name}/${id}`);
      const DNSName = `${name}-${parseInt(id.slice(0, 7), 16)}.${context.region}.elb.amazonaws.com`;
      balancersOf(context).set(LoadBalancerArn, {
        LoadBalancerArn,
        LoadBalancerName: name,
        DNSName,
        Scheme: properties['Scheme'] ?? 'internet-facing',
        VpcId: own[0]?.VpcId ?? '',
        SecurityGroups: properties['SecurityGroups'] ?? [],
        Subnets: properties['Subnets'],
        tags: context.tags(properties['Tags']),
      });
      balancedPlaces(context).set(`${context.account}/${context.region}`, {
        world: context.world,
        account: context.account,
        region: context.region,
      });
      return { physicalId: LoadBalancerArn, attributes: { DNSName, LoadBalancerArn, LoadBalancerName: name } };
    },
    remove: (arn, context) => {
      for (const [listener, it] of listenersOf(context))
        if (it.LoadBalancerArn === arn) removeListener(listener, context);
      balancersOf(context).delete(arn);
    },
  },
  'AWS::ElasticLoadBalancingV2::TargetGroup': {
    create: (properties, context) => {
      const name = checkName(properties['Name'] ?? context.name(32));
      if ([...groupsOf(context).values()].some((it) => it.TargetGroupName === name))
        throw new AwsFault('DuplicateTargetGroupName', `A target group with the same name '${name}' exists`);
      const TargetGroupArn = arnOf(context, 'elasticloadbalancing', `targetgroup/${name}/${context.world.hex(16)}`);
      groupsOf(context).set(TargetGroupArn, {
        TargetGroupArn,
        TargetGroupName: name,
        VpcId: properties['VpcId'],
        Port: properties['Port'],
        check: {
          HealthCheckPath: properties['HealthCheckPath'] ?? '/',
          Matcher: { HttpCode: properties['Matcher']?.HttpCode ?? '200' },
        },
        tags: context.tags(properties['Tags']),
        targets: new Map(),
      });
      return { physicalId: TargetGroupArn, attributes: { TargetGroupArn, TargetGroupName: name } };
    },
    update: (arn) => ({ physicalId: arn, attributes: { TargetGroupArn: arn } }),
    remove: (arn, context) => {
      if (isAttached(context, arn))
        throw new AwsFault('ResourceInUse', `Target group '${arn}' is currently in use by a listener or a rule`);
      groupsOf(context).delete(arn);
    },
  },
  'AWS::ElasticLoadBalancingV2::Listener': {
    create: (properties, context) => {
      const balancer: string = properties['LoadBalancerArn'];
      if (!balancersOf(context).has(balancer)) throw new AwsFault('LoadBalancerNotFound', `'${balancer}' not found`);
      const { Port, Protocol } = properties as { Port: number; Protocol: string };
      const taken = [...listenersOf(context).values()].some(
        (it) => it.LoadBalancerArn === balancer && it.Port === Port,
      );
      if (taken)
        throw new AwsFault('DuplicateListener', 'A listener already exists on this port for this load balancer');
      if (Protocol === 'HTTPS' && !properties['Certificates'])
        throw new AwsFault('ValidationError', 'A certificate must be specified for HTTPS listeners');
      checkActions(properties['DefaultActions'], context);
      const ListenerArn = `${balancer.replace(':loadbalancer/', ':listener/')}/${context.world.hex(16)}`;
      const tags = context.tags(properties['Tags']);
      const actions = properties['DefaultActions'];
      listenersOf(context).set(ListenerArn, { ListenerArn, LoadBalancerArn: balancer, Port, Protocol, actions, tags });
      return { physicalId: ListenerArn, attributes: { ListenerArn } };
    },
    update: (arn, properties, context) => {
      const listener = listenersOf(context).get(arn);
      if (!listener) throw new AwsFault('ListenerNotFound', `Listener '${arn}' not found`);
      listener.actions = properties['DefaultActions'];
      return { physicalId: arn, attributes: { ListenerArn: arn } };
    },
    remove: (arn, context) => removeListener(arn, context),
  },
};

/** Its rules go with it. */
function removeListener(arn: string, place: Parameters<typeof listenersOf>[0]): void {
  for (const [rule, it] of rulesOf(place)) if (it.listener === arn) rulesOf(place).delete(rule);
  listenersOf(place).delete(arn);
}

function checkName(name: string): string {
  if (/^(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/.test(name)) return name;
  throw new AwsFault('ValidationError', `The name '${name}' must have 1 to 32 letters, digits and hyphens`);
}
