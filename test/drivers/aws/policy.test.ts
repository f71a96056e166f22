import { describe, expect, it } from 'vitest';
import { namedBy } from '../../../src/drivers/aws/named.ts';
import { KINDS } from '../../../src/drivers/aws/options/shared.ts';
import { policyOf } from '../../../src/drivers/aws/policy.ts';

describe('the least policy', () => {
  it.each(KINDS)('of kind %s gives no service all rights, and no role to anybody else', async (kind) => {
    const { Statement } = (await policyOf({ kind, project: 'shop' })) as unknown as { Statement: Statement[] };
    const actions = Statement.flatMap(({ Action }) => Action);
    expect(actions.length).toBeGreaterThan(20);
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
    expect(new Set(actions).size).toBe(actions.length);
    for (const { Action, Condition } of Statement)
      if (Action.includes('iam:PassRole')) expect(Condition).toHaveProperty('StringEquals.iam:PassedToService');
    expect(JSON.stringify(Statement)).toContain('shop-*');
  });

  it('is also for what options name of others', async () => {
    const role = 'arn:aws:iam::111111111111:role/theirs';
    const image = `111111111111.dkr.ecr.eu-west-1.amazonaws.com/apps/api@sha256:${'0'.repeat(64)}`;
    const named = namedBy([
      { archive_bucket: 'big', role, image },
      { function_name: 'old', assume_role: role },
    ]);
    const { Statement } = (await policyOf({ kind: 'function', project: 'shop', named })) as unknown as Whole;
    const things = (right: string) => Statement.filter((it) => it.Action.includes(right)).flatMap((it) => it.Resource);
    expect(things('s3:PutObject')).toEqual(['arn:aws:s3:::big/deployer/*']);
    expect(things('s3:GetObject')).toEqual(['arn:aws:s3:::big/deployer/*']);
    expect(things('ecr:BatchGetImage')).toEqual(['arn:aws:ecr:eu-west-1:111111111111:repository/apps/api']);
    expect(things('lambda:GetFunction')).toContain('arn:aws:lambda:*:*:function:old');
    expect(things('iam:PassRole')).toContain(role);
    expect(things('iam:CreateRole')).not.toContain(role);
    expect(things('sts:AssumeRole')).toEqual([role]);
  });

  it('lets boundaries be set for the roles that stacks of containers make', async () => {
    const named = namedBy([{ permissions_boundary: 'arn:aws:iam::111111111111:policy/edge' }]);
    const { Statement } = (await policyOf({ kind: 'container', project: 'shop', named })) as unknown as Whole;
    const found = Statement.find(({ Action }) => Action.includes('iam:PutRolePermissionsBoundary'));
    expect(found?.Resource).toEqual(['arn:aws:iam::*:role/deployer-shop-*']);
  });

  it('is for the roles of stacks as CloudFormation shortens their names', async () => {
    const project = 'a-shop-with-a-name-of-many-words';
    const { Statement } = (await policyOf({ kind: 'container', project })) as unknown as Whole;
    const found = Statement.find(({ Action }) => Action.includes('iam:CreateRole'));
    expect(found?.Resource).toContain('arn:aws:iam::*:role/deployer-a-shop-with-a-na*');
  });

  it('has, of buckets of others, their own files and looks only', async () => {
    const whole = (await policyOf({
      kind: 'static',
      project: 'shop',
      named: { buckets: ['files'] },
    })) as unknown as Whole;
    const ofFiles = whole.Statement.filter(({ Resource }) => JSON.stringify(Resource).includes(':::files'));
    expect(ofFiles.flatMap(({ Resource }) => Resource)).toEqual([
      'arn:aws:s3:::files',
      'arn:aws:s3:::files/deployer/shop-*',
    ]);
    expect(ofFiles.flatMap(({ Action }) => Action).filter((one) => /:(Put|Delete)/.test(one))).toEqual([
      's3:PutObject',
      's3:DeleteObject',
    ]);
  });
});

interface Whole {
  readonly Statement: readonly Statement[];
}

interface Statement {
  readonly Resource?: unknown;
  readonly Action: readonly string[];
  readonly Condition?: object;
}
