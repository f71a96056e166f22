import { describe, expect, it } from 'vitest';
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
});

interface Statement {
  readonly Action: readonly string[];
  readonly Condition?: object;
}
