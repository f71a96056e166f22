/** `actions('s3', ['PutObject GetObject'])` → `s3:PutObject`, `s3:GetObject`. */
export function actions(service: string, names: readonly string[]): readonly string[] {
  return names.flatMap((line) => line.split(' ')).map((name) => `${service}:${name}`);
}

/** What kinds with a stack need besides the rights for what is in it. */
export const STACK_RIGHTS: readonly string[] = actions('cloudformation', [
  'CreateChangeSet DescribeChangeSet ExecuteChangeSet DeleteChangeSet DescribeStacks ListStackResources',
  'DescribeStackEvents DeleteStack ContinueUpdateRollback',
]);
