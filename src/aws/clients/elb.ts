import {
  CreateRuleCommand,
  DeleteRuleCommand,
  DescribeAccountLimitsCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
  ModifyTargetGroupCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { callsOf } from '../operations.ts';
import type { ClientTerms } from '../terms.ts';

/** What deployer asks of ELB. */
export function openElb({ config, signal }: ClientTerms) {
  return callsOf(
    new ElasticLoadBalancingV2Client(config),
    { service: 'ELB', signal },
    {
      describeLoadBalancers: DescribeLoadBalancersCommand,
      describeAccountLimits: DescribeAccountLimitsCommand,
      describeListeners: DescribeListenersCommand,
      describeRules: DescribeRulesCommand,
      createRule: CreateRuleCommand,
      modifyRule: ModifyRuleCommand,
      deleteRule: DeleteRuleCommand,
      describeTargetHealth: DescribeTargetHealthCommand,
      describeTags: DescribeTagsCommand,
      modifyTargetGroup: ModifyTargetGroupCommand,
    },
  );
}
