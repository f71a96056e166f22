import type { Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Account } from '../account.ts';
import type { ContainerOptions } from '../options/container.ts';
import type { Network } from './recipe.ts';

type Ec2 = Awaited<ReturnType<Account['aws']['ec2']>>;
type Subnet = NonNullable<Awaited<ReturnType<Ec2['describeSubnets']>>['Subnets']>[number];

/** The VPC and subnets that the options name, else the default ones. `INVALID_CONFIG` where they cannot carry a target. */
export async function findNetwork(target: Target, account: Account<ContainerOptions>): Promise<Network> {
  const ec2 = await account.aws.ec2();
  const subnets = await subnetsOf(ec2, target, account);
  const [vpc] = new Set(subnets.map(({ VpcId = '' }) => VpcId));
  if (vpc === undefined) throw noSubnets(target, account);
  requireTogether(target, subnets, vpc);
  const { RouteTables: tables = [] } = await ec2.describeRouteTables({ Filters: [{ Name: 'vpc-id', Values: [vpc] }] });
  const open = subnets.map(({ SubnetId = '' }) => wayOut(SubnetId, tables));
  const shut = subnets.find((_, index) => open[index] === undefined);
  if (shut) throw withoutWayOut(target, shut.SubnetId ?? '');
  return {
    vpc,
    subnets: subnets.map(({ SubnetId = '' }) => SubnetId).sort(),
    public_ip: open.every((way) => way === 'internet'),
  };
}

async function subnetsOf(ec2: Ec2, target: Target, { options }: Account<ContainerOptions>): Promise<readonly Subnet[]> {
  if (options.subnets.length > 0) return (await ec2.describeSubnets({ SubnetIds: [...options.subnets] })).Subnets ?? [];
  const { Vpcs: [vpc] = [] } = await ec2.describeVpcs({ Filters: [{ Name: 'is-default', Values: ['true'] }] });
  if (!vpc?.VpcId) throw noVpc(target);
  const Filters = [
    { Name: 'vpc-id', Values: [vpc.VpcId] },
    { Name: 'default-for-az', Values: ['true'] },
  ];
  return (await ec2.describeSubnets({ Filters })).Subnets ?? [];
}

/** A load balancer takes no less than two zones; a worker has none. */
function requireTogether(target: Target, subnets: readonly Subnet[], vpc: string): void {
  const { options } = target.service as { options: { vpc?: string; worker?: boolean } };
  const zones = new Set(subnets.map(({ AvailabilityZone }) => AvailabilityZone));
  if (subnets.some(({ VpcId }) => VpcId !== vpc) || (options.vpc ?? vpc) !== vpc)
    throw wrongSubnets(target, 'are not all in one VPC, that of the options');
  if (!options.worker && zones.size < 2) throw wrongSubnets(target, 'are in one zone, and a load balancer needs two');
}

type RouteTable = NonNullable<Awaited<ReturnType<Ec2['describeRouteTables']>>['RouteTables']>[number];

/** How a subnet reaches the registry and the log: by the internet gateway, by something else, or not at all. */
function wayOut(subnet: string, tables: readonly RouteTable[]): 'internet' | 'other' | undefined {
  const own = tables.find(({ Associations = [] }) => Associations.some(({ SubnetId }) => SubnetId === subnet));
  const main = tables.find(({ Associations = [] }) => Associations.some(({ Main }) => Main));
  const routes = ((own ?? main)?.Routes ?? []).filter(({ State }) => State !== 'blackhole');
  const out = routes.find(({ DestinationCidrBlock }) => DestinationCidrBlock === '0.0.0.0/0');
  if (out?.GatewayId?.startsWith('igw-')) return 'internet';
  if (out) return 'other';
  // Endpoints of ECR and S3 stand in for a way out; that of S3 is a route, and the others come with it.
  return routes.some(({ GatewayId = '' }) => GatewayId.startsWith('vpce-')) ? 'other' : undefined;
}

function refused(target: Target, option: string, reason: string, fix: string): DeployerError {
  return new DeployerError({
    code: 'INVALID_CONFIG',
    reason,
    fix,
    findings: [
      {
        level: 'error',
        code: 'INVALID_CONFIG',
        message: reason,
        path: `services.${target.service.name}.aws.${option}`,
        fix,
      },
    ],
  });
}

const NAME_SUBNETS = 'Set vpc and subnets: at least two, in two zones, with a route to an internet or NAT gateway';

function noVpc({ service, ...target }: Target): DeployerError {
  const reason = `${service.name} has no network: the region has no default VPC, and none is made`;
  return refused({ service, ...target }, 'vpc', reason, NAME_SUBNETS);
}

function noSubnets(target: Target, { region }: Account): DeployerError {
  return refused(target, 'subnets', `There are no such subnets in ${region} for ${target.service.name}`, NAME_SUBNETS);
}

function wrongSubnets(target: Target, what: string): DeployerError {
  return refused(target, 'subnets', `The subnets of ${target.service.name} ${what}`, NAME_SUBNETS);
}

function withoutWayOut(target: Target, subnet: string): DeployerError {
  const reason = `Tasks in ${subnet} could reach neither ECR nor CloudWatch: it has no route out, and no gateway is made`;
  return refused(
    target,
    'subnets',
    reason,
    'Give it a route to an internet gateway, a NAT gateway or endpoints, or name others',
  );
}
