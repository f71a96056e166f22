import type { JsonObject } from '../../../core/json.ts';
import { namesOf } from './names.ts';
import type { Recipe } from './recipe.ts';

/** Two roles: what ECS does for a task, and what the service itself may do, which is nothing until its owner says so. */
export function rolesOf(place: Recipe): JsonObject {
  const { options } = place;
  return {
    ...(options.execution_role ? {} : { ExecutionRole: executionRole(place) }),
    ...(options.task_role ? {} : { TaskRole: role(place, {}) }),
  };
}

function role({ options }: Recipe, more: JsonObject): JsonObject {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
      ...(options.permissions_boundary ? { PermissionsBoundary: options.permissions_boundary } : {}),
      ...more,
    },
  };
}

function executionRole(place: Recipe): JsonObject {
  const Statement = [...pulling(place), logging(), ...readingValues(place)];
  return role(place, {
    Policies: [{ PolicyName: 'run', PolicyDocument: { Version: '2012-10-17', Statement } }],
  });
}

/** Getting a token knows no resource; the token alone opens nothing. */
function pulling(place: Recipe): JsonObject[] {
  const { options, partition, region, account } = place;
  const given = `arn:${partition}:ecr:${region}:${account}:repository/${options.repository}`;
  return [
    { Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
    {
      Effect: 'Allow',
      Action: ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
      Resource: options.repository ? given : { 'Fn::GetAtt': ['Repository', 'Arn'] },
    },
  ];
}

function logging(): JsonObject {
  return {
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: { 'Fn::GetAtt': ['Logs', 'Arn'] },
  };
}

/** The target's own parameters, and what its options refer to. */
function readingValues(place: Recipe): JsonObject[] {
  const { target, options, partition, region, account } = place;
  const given = Object.values(options.value_from);
  const secrets = given.filter((arn) => arn.includes(':secretsmanager:')).map(secretArn);
  const own = `arn:${partition}:ssm:${region}:${account}:parameter${namesOf(target).parameters}/*`;
  const parameters = [own, ...given.filter((arn) => arn.includes(':ssm:'))];
  return [
    { Effect: 'Allow', Action: 'ssm:GetParameters', Resource: parameters },
    ...(secrets.length > 0
      ? [{ Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: [...new Set(secrets)] }]
      : []),
  ];
}

/** A reference may go on behind the ARN: `:json-key:version-stage:version-id`. */
function secretArn(reference: string): string {
  return reference.split(':').slice(0, 7).join(':');
}
