import type { AwsPlace } from '../service.ts';
import type { Tags } from '../tags.ts';
import { stateOf } from '../world.ts';

export interface SecurityGroup {
  readonly GroupId: string;
  readonly GroupName: string;
  readonly Description: string;
  readonly VpcId: string;
  ingress: readonly Readonly<Record<string, unknown>>[];
  tags: Tags;
}

export interface Subnet {
  readonly SubnetId: string;
  readonly VpcId: string;
  readonly AvailabilityZone: string;
  readonly DefaultForAz: boolean;
}

export interface Network {
  vpcs: { VpcId: string; IsDefault: boolean; CidrBlock: string }[];
  subnets: Subnet[];
  /** Where the default route of each VPC leads; none: nowhere. */
  readonly gateways: Map<string, string | undefined>;
  readonly groups: Map<string, SecurityGroup>;
}

const VPC = 'vpc-0de1a017';

/** A region begins with its default VPC, three subnets in three zones, and a way to the internet. */
export const networkOf: (place: AwsPlace) => Network = stateOf('ec2', () => ({
  vpcs: [{ VpcId: VPC, IsDefault: true, CidrBlock: '172.31.0.0/16' }],
  subnets: ['a', 'b', 'c'].map((zone, index) => ({
    SubnetId: `subnet-0000000${index + 1}`,
    VpcId: VPC,
    AvailabilityZone: `zone-${zone}`,
    DefaultForAz: true,
  })),
  gateways: new Map([[VPC, 'igw-0de1a017']]),
  groups: new Map(),
}));
