import type { JsonObject } from '../../../core/json.ts';
import { namesOf } from './names.ts';
import type { Recipe } from './recipe.ts';
import { entranceOf } from './template-entrance.ts';
import { rolesOf } from './template-roles.ts';

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
        Properties: { LogGroupName: namesOf(target).logs, RetentionInDays: options.log_retention_days },
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
