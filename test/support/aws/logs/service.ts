import { pageOf } from '../pages.ts';
import { type AwsCall, AwsFault, type AwsService, arnOf } from '../service.ts';
import { groupsOf, type LogGroup } from './state.ts';

/** Groups of logs, and what their streams hold. */
export const logs: AwsService = {
  signedFor: 'logs',
  package: '@aws-sdk/client-cloudwatch-logs',
  model: () => import('@aws-sdk/client-cloudwatch-logs') as never,
  operations: {
    CreateLogGroup: ({ logGroupName, tags }, call) => {
      if (groupsOf(call).has(logGroupName))
        throw new AwsFault('ResourceAlreadyExistsException', 'The specified log group already exists');
      makeGroup(call, logGroupName, new Map(Object.entries(tags ?? {})));
      return {};
    },
    PutRetentionPolicy: ({ logGroupName, retentionInDays }, call) => {
      found(logGroupName, call).retentionInDays = retentionInDays;
      return {};
    },
    DescribeLogGroups: ({ logGroupNamePrefix = '', nextToken, limit = 50 }, call) => {
      const all = [...groupsOf(call).values()].filter((it) => it.logGroupName.startsWith(logGroupNamePrefix));
      const { items, next } = pageOf(all, nextToken, limit);
      return {
        logGroups: items.map(({ logGroupName, arn, creationTime, retentionInDays }) => ({
          logGroupName,
          arn: `${arn}:*`,
          creationTime,
          retentionInDays,
        })),
        nextToken: next,
      };
    },
    ListTagsForResource: ({ resourceArn }, call) => {
      const group = [...groupsOf(call).values()].find(({ arn }) => arn === resourceArn);
      if (!group) throw missing();
      return { tags: Object.fromEntries(group.tags) };
    },
    DeleteLogGroup: ({ logGroupName }, call) => {
      found(logGroupName, call);
      groupsOf(call).delete(logGroupName);
      return {};
    },
    FilterLogEvents: ({ logGroupName, logStreamNamePrefix = '', startTime = 0, nextToken, limit = 100 }, call) => {
      const all = found(logGroupName, call).events.filter(
        (it) => it.logStreamName.startsWith(logStreamNamePrefix) && it.timestamp >= startTime,
      );
      const { items, next } = pageOf(all, nextToken, limit);
      return { events: items, nextToken: next };
    },
  },
  tagged: (place) => [...groupsOf(place).values()].map(({ arn, tags }) => ({ arn, tags: Object.fromEntries(tags) })),
};

export function makeGroup(
  call: AwsCall,
  logGroupName: string,
  tags: LogGroup['tags'],
  retentionInDays?: number,
): LogGroup {
  const group: LogGroup = {
    logGroupName,
    arn: arnOf(call, 'logs', `log-group:${logGroupName}`),
    creationTime: call.world.now().getTime(),
    retentionInDays,
    tags,
    events: [],
  };
  groupsOf(call).set(logGroupName, group);
  return group;
}

function found(name: string, call: AwsCall): LogGroup {
  const group = groupsOf(call).get(name);
  if (!group) throw missing();
  return group;
}

function missing(): AwsFault {
  return new AwsFault('ResourceNotFoundException', 'The specified log group does not exist.');
}
