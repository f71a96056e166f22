import { type AwsCall, AwsFault, type AwsService } from '../service.ts';
import { tagList } from '../tags.ts';
import { networkOf } from './state.ts';

interface Filter {
  readonly Name: string;
  readonly Values: readonly string[];
}

/** What is asked of networks; nothing here makes one. */
export const ec2: AwsService = {
  signedFor: 'ec2',
  package: '@aws-sdk/client-ec2',
  model: () => import('@aws-sdk/client-ec2') as never,
  operations: {
    DescribeVpcs: ({ VpcIds, Filters = [] }, call) => ({
      Vpcs: chosen(networkOf(call).vpcs, {
        ids: VpcIds,
        idOf: ({ VpcId }) => VpcId,
        missing: 'InvalidVpcID.NotFound',
        filters: Filters,
        values: { 'is-default': ({ IsDefault }) => String(IsDefault), 'vpc-id': ({ VpcId }) => VpcId },
      }),
    }),
    DescribeSubnets: ({ SubnetIds, Filters = [] }, call) => ({
      Subnets: chosen(networkOf(call).subnets, {
        ids: SubnetIds,
        idOf: ({ SubnetId }) => SubnetId,
        missing: 'InvalidSubnetID.NotFound',
        filters: Filters,
        values: { 'vpc-id': ({ VpcId }) => VpcId, 'default-for-az': ({ DefaultForAz }) => String(DefaultForAz) },
      }),
    }),
    DescribeRouteTables: ({ Filters = [] }, call) => ({
      RouteTables: chosen(networkOf(call).vpcs, {
        ids: undefined,
        idOf: ({ VpcId }) => VpcId,
        missing: 'InvalidRouteTableID.NotFound',
        filters: Filters,
        values: { 'vpc-id': ({ VpcId }) => VpcId },
      }).map(({ VpcId }) => routeTable(VpcId, call)),
    }),
    DescribeSecurityGroups: ({ GroupIds, Filters = [] }, call) => ({
      SecurityGroups: chosen([...networkOf(call).groups.values()], {
        ids: GroupIds,
        idOf: ({ GroupId }) => GroupId,
        missing: 'InvalidGroup.NotFound',
        filters: Filters,
        values: { 'vpc-id': ({ VpcId }) => VpcId, 'group-name': ({ GroupName }) => GroupName },
      }).map(({ tags, ingress: _, ...group }) => ({ ...group, Tags: tagList(tags) })),
    }),
  },
  tagged: (place) =>
    [...networkOf(place).groups.values()].map(({ GroupId, tags }) => ({
      arn: `arn:aws:ec2:${place.region}:${place.account}:security-group/${GroupId}`,
      tags: Object.fromEntries(tags),
    })),
};

interface Choice<T> {
  readonly ids: readonly string[] | undefined;
  readonly idOf: (item: T) => string;
  readonly missing: string;
  readonly filters: readonly Filter[];
  readonly values: Readonly<Record<string, (item: T) => string>>;
}

function chosen<T>(all: readonly T[], { ids, idOf, missing, filters, values }: Choice<T>): T[] {
  for (const id of ids ?? [])
    if (!all.some((item) => idOf(item) === id)) throw new AwsFault(missing, `The ID '${id}' does not exist`, 400);
  return all.filter(
    (item) =>
      (ids === undefined || ids.includes(idOf(item))) &&
      filters.every(({ Name, Values }) => {
        const value = values[Name];
        if (!value) throw new AwsFault('InvalidParameterValue', `The filter '${Name}' is invalid`, 400);
        return Values.includes(value(item));
      }),
  );
}

function routeTable(vpc: string, call: AwsCall) {
  const gateway = networkOf(call).gateways.get(vpc);
  return {
    RouteTableId: `rtb-${vpc.slice(4)}`,
    VpcId: vpc,
    Associations: [{ Main: true }],
    Routes: [
      { DestinationCidrBlock: '172.31.0.0/16', GatewayId: 'local', State: 'active' },
      ...(gateway ? [{ DestinationCidrBlock: '0.0.0.0/0', GatewayId: gateway, State: 'active' }] : []),
    ],
  };
}
