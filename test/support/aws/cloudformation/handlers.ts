import { iamResources } from '../iam/resources.ts';
import type { ResourceHandler } from './resources.ts';

/** How resources of stacks come into the state of their services, by type. */
export const HANDLERS: Readonly<Record<string, ResourceHandler>> = {
  ...iamResources,
};
