import { cloudformation } from './cloudformation/service.ts';
import { iam } from './iam/service.ts';
import { lambda } from './lambda/service.ts';
import { logs } from './logs/service.ts';
import type { AwsService } from './service.ts';
import { sts } from './sts/service.ts';
import { tagging } from './tagging/service.ts';

/** All services of the stand-in. */
export const SERVICES: readonly AwsService[] = [cloudformation, iam, lambda, logs, sts, tagging];
