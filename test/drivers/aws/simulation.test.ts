import { describe, expect, it } from 'vitest';
import { policyOf } from '../../../src/drivers/aws/policy.ts';
import { deniedIn, questionsOf } from '../../../src/drivers/aws/simulation.ts';

const PLACE = {
  id: '111111111111',
  partition: 'aws',
  region: 'eu-west-1',
  project: 'shop',
  name: 'shop-prod-web-1a2b3c4d',
};

describe('what IAM is asked about rights', () => {
  it('names things of the target as the least policy allows them, and its conditions', async () => {
    const policy = await policyOf({ kind: 'container', project: 'shop' });
    const questions = questionsOf(policy, ['ssm:PutParameter', 'iam:PassRole', 'ecs:RunTask'], PLACE);
    expect(questions).toEqual([
      { ActionNames: ['ecs:RunTask'], ResourceArns: ['*'], ContextEntries: [] },
      {
        ActionNames: ['ssm:PutParameter'],
        ResourceArns: ['arn:aws:ssm:eu-west-1:111111111111:parameter/deployer/shop/any'],
        ContextEntries: [],
      },
      {
        ActionNames: ['iam:PassRole'],
        ResourceArns: ['shop-prod-web-1a2b3c4d', 'deployer-shop-prod-web-1a2b3c4d'].map(
          (name) => `arn:aws:iam::111111111111:role/${name}`,
        ),
        ContextEntries: [
          {
            ContextKeyName: 'iam:PassedToService',
            ContextKeyValues: ['ecs-tasks.amazonaws.com'],
            ContextKeyType: 'string',
          },
        ],
      },
    ]);
  });

  it('is of buckets and files both, also in a bucket of others', async () => {
    const policy = await policyOf({ kind: 'static', project: 'shop', named: { buckets: ['theirs'] } });
    const questions = questionsOf(policy, ['s3:PutObject'], PLACE);
    expect(questions.flatMap(({ ResourceArns }) => ResourceArns)).toEqual([
      'arn:aws:s3:::shop-prod-web-1a2b3c4d',
      'arn:aws:s3:::shop-prod-web-1a2b3c4d/any',
      'arn:aws:s3:::theirs/deployer/shop-prod-web-1a2b3c4d',
    ]);
  });

  it('is a right that lacks only where none of the names has it', () => {
    const ofFiles = [{ EvalResourceDecision: 'implicitDeny' }, { EvalResourceDecision: 'allowed' }];
    const denied = deniedIn([
      { EvalActionName: 's3:PutObject', EvalDecision: 'implicitDeny', ResourceSpecificResults: ofFiles },
      { EvalActionName: 's3:GetObject', EvalDecision: 'implicitDeny', ResourceSpecificResults: [] },
    ]);
    expect(denied).toEqual(['s3:GetObject']);
  });
});
