import { acm } from './acm/service.ts';
import { cloudformation } from './cloudformation/service.ts';
import { keyValues } from './cloudfront/key-values.ts';
import { cloudfront } from './cloudfront/service.ts';
import { cloudwatch } from './cloudwatch/service.ts';
import { ec2 } from './ec2/service.ts';
import { ecr } from './ecr/service.ts';
import { ecs } from './ecs/service.ts';
import { elb } from './elb/service.ts';
import { iam } from './iam/service.ts';
import { lambda } from './lambda/service.ts';
import { logs } from './logs/service.ts';
import { s3 } from './s3/service.ts';
import type { AwsService } from './service.ts';
import { ssm } from './ssm/service.ts';
import { sts } from './sts/service.ts';
import { tagging } from './tagging/service.ts';

/** All services of the stand-in. */
export const SERVICES: readonly AwsService[] = [
  acm,
  cloudformation,
  cloudfront,
  cloudwatch,
  ec2,
  ecr,
  ecs,
  elb,
  iam,
  keyValues,
  lambda,
  logs,
  s3,
  ssm,
  sts,
  tagging,
];
