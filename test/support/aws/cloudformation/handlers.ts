import { cloudfrontResources } from '../cloudfront/resources.ts';
import { ec2Resources } from '../ec2/resources.ts';
import { ecrResources } from '../ecr/resources.ts';
import { ecsResources } from '../ecs/resources.ts';
import { elbResources } from '../elb/resources.ts';
import { iamResources } from '../iam/resources.ts';
import { logsResources } from '../logs/resources.ts';
import { s3Resources } from '../s3/resources.ts';
import type { ResourceHandler } from './resources.ts';

/** How resources of stacks come into the state of their services, by type. */
export const HANDLERS: Readonly<Record<string, ResourceHandler>> = {
  ...cloudfrontResources,
  ...ec2Resources,
  ...ecrResources,
  ...ecsResources,
  ...elbResources,
  ...iamResources,
  ...logsResources,
  ...s3Resources,
};
