import type { Target } from '../../../core/driver.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { ContainerOptions } from '../options/container.ts';
import { namesOf } from './names.ts';
import { entranceOf } from './template-entrance.ts';
import { type RolePlace, rolesOf } from './template-roles.ts';

/** Where the target's tasks and load balancer are put. */
export interface Network {
  readonly vpc: string;
  readonly subnets: readonly string[];
  readonly public_ip: boolean;
  /** Of the balancer of an adopted listener: may reach the tasks. */
  readonly balancer_groups?: readonly string[];
}

export interface Recipe extends RolePlace {
  readonly target: Target;
  readonly options: ContainerOptions;
  readonly network: Network;
}

/** Logical ids of what is in the stack; `stackResources` answers by them. */
export const LOGICAL = {
  repository: 'Repository',
  logs: 'Logs',
  executionRole: 'ExecutionRole',
  taskRole: 'TaskRole',
  balancerGroup: 'BalancerGroup',
  taskGroup: 'TaskGroup',
  balancer: 'Balancer',
  groupA: 'GroupA',
  groupB: 'GroupB',
  listener: 'Listener',
  redirect: 'Redirect',
  checkA: 'CheckA',
  checkB: 'CheckB',
  cluster: 'Cluster',
} as const;

/**
 * What lives as long as the target, for CloudFormation to make, change and remove as one. What a deploy changes is not
 * in it: the next update would set it back.
 */
export function templateOf(recipe: Recipe): JsonObject {
  const { target, options } = recipe;
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `${target.project}/${target.environment}/${target.service.name}, made by deployer`,
    Resources: {
      ...(options.repository ? {} : { [LOGICAL.repository]: repository(recipe) }),
      [LOGICAL.logs]: {
        Type: 'AWS::Logs::LogGroup',
        Properties: { LogGroupName: namesOf(target).logs, RetentionInDays: options.log_days },
      },
      ...(options.cluster ? {} : { [LOGICAL.cluster]: cluster(recipe) }),
      ...rolesOf(recipe),
      ...entranceOf(recipe),
    },
  };
}

/** Tags of images never move; what no tag names goes. */
function repository({ target, options }: Recipe): JsonObject {
  return {
    Type: 'AWS::ECR::Repository',
    Properties: {
      RepositoryName: namesOf(target).repository,
      ImageTagMutability: 'IMMUTABLE',
      EmptyOnDelete: true,
      LifecyclePolicy: { LifecyclePolicyText: JSON.stringify({ rules: [UNTAGGED] }) },
      ...(options.readers.length > 0 ? { RepositoryPolicyText: readingBy(options.readers) } : {}),
    },
  };
}

const UNTAGGED = {
  rulePriority: 1,
  selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 14 },
  action: { type: 'expire' },
};

function readingBy(accounts: readonly string[]): JsonObject {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Promotion',
        Effect: 'Allow',
        Principal: { AWS: accounts.map((id) => ({ 'Fn::Sub': `arn:\${AWS::Partition}:iam::${id}:root` })) },
        Action: ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
      },
    ],
  };
}

function cluster({ target }: Recipe): JsonObject {
  return {
    Type: 'AWS::ECS::Cluster',
    Properties: { ClusterName: namesOf(target).cluster, CapacityProviders: ['FARGATE', 'FARGATE_SPOT'] },
  };
}
