import {
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { callsOf } from '../operations.ts';
import type { ClientTerms } from '../terms.ts';

/** What deployer asks of EC2. */
export function openEc2({ config, signal }: ClientTerms) {
  return callsOf(
    new EC2Client(config),
    { service: 'EC2', signal },
    {
      describeVpcs: DescribeVpcsCommand,
      describeSubnets: DescribeSubnetsCommand,
      describeRouteTables: DescribeRouteTablesCommand,
    },
  );
}
