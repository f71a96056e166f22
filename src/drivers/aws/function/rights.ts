import { actions } from '../rights.ts';

/**
 * Actions that deploys of this kind need, as policies name them. `ListTags` is never called: without it `GetFunction` keeps tags
 * to itself, by which functions are known as ours.
 */
export const RIGHTS: readonly string[] = [
  ...actions('lambda', [
    'CreateFunction GetFunction GetFunctionConfiguration UpdateFunctionCode UpdateFunctionConfiguration PublishVersion',
    'ListVersionsByFunction CreateAlias GetAlias UpdateAlias DeleteAlias CreateFunctionUrlConfig GetFunctionUrlConfig',
    'UpdateFunctionUrlConfig DeleteFunctionUrlConfig AddPermission TagResource ListTags DeleteFunction',
  ]),
  ...actions('iam', ['GetRole CreateRole TagRole PutRolePolicy DeleteRolePolicy DeleteRole PassRole']),
  ...actions('logs', [
    'CreateLogGroup PutRetentionPolicy TagResource ListTagsForResource FilterLogEvents DeleteLogGroup',
  ]),
  ...actions('cloudwatch', ['GetMetricData']),
];
