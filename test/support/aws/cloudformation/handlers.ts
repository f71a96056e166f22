import { cloudfrontResources } from '../cloudfront/resources.ts';
import { iamResources } from '../iam/resources.ts';
import { s3Resources } from '../s3/resources.ts';
import type { ResourceHandler } from './resources.ts';

/** How resources of stacks come into the state of their services, by type. */
export const HANDLERS: Readonly<Record<string, ResourceHandler>> = {
  ...cloudfrontResources,
  ...iamResources,
  ...s3Resources,
};
