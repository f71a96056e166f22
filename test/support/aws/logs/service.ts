import { pageOf } from '../pages.ts';
import { type AwsCall, AwsFault, type AwsPlace, type AwsService, arnOf } from '../service.ts';
import { groupsOf, type LogGroup } from './state.ts';

/** Days that CloudWatch keeps lines for. */
const RETENTIONS = new Set([
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
]);

/** Groups of logs with their lines. */
export const logs: AwsService = {
  signedFor: 'logs',
  package: '@aws-sdk/client-cloudwatch-logs',
  model: () => import('@aws-sdk/client-cloudwatch-logs') as never,
  resourceOf: (operation, { logGroupName, resourceArn }, call) =>
    operation === 'DescribeLogGroups'
      ? `${groupArn(call, '')}:log-stream:`
      : (resourceArn ?? groupArn(call, logGroupName)),
  tagged: (place) =>
    [...groupsOf(place).values()].map(({ name, tags }) => ({
      arn: groupArn(place, name),
      tags: Object.fromEntries(tags),
    })),
  operations: {
    CreateLogGroup: ({ logGroupName, tags = {} }, call) => {
      if (!/^[.\-_/#A-Za-z0-9]{1,512}$/.test(logGroupName))
        throw new AwsFault('InvalidParameterException', 'The log group name is not valid.');
      if (groupsOf(call).has(logGroupName))
        throw new AwsFault('ResourceAlreadyExistsException', 'The specified log group already exists');
      const madeAt = call.world.now().getTime();
      const made = { name: logGroupName, madeAt, retention: undefined, events: [] };
      groupsOf(call).set(logGroupName, { ...made, tags: new Map(Object.entries(tags as Record<string, string>)) });
      return {};
    },
    PutRetentionPolicy: ({ logGroupName, retentionInDays }, call) => {
      if (!RETENTIONS.has(retentionInDays))
        throw new AwsFault('InvalidParameterException', 'Specified retention policy is not valid.');
      found(logGroupName, call).retention = retentionInDays;
      return {};
    },
    DeleteLogGroup: ({ logGroupName }, call) => {
      found(logGroupName, call);
      groupsOf(call).delete(logGroupName);
      return {};
    },
    DescribeLogGroups: ({ logGroupNamePrefix = '', limit = 50, nextToken }, call) => {
      const all = [...groupsOf(call).values()].filter(({ name }) => name.startsWith(logGroupNamePrefix));
      const { items, next } = pageOf(all, nextToken, limit);
      return { logGroups: items.map((group) => shown(group, call)), nextToken: next };
    },
    ListTagsForResource: ({ resourceArn }, call) => {
      const group = [...groupsOf(call).values()].find(({ name }) => groupArn(call, name) === resourceArn);
      if (!group) throw missing();
      return { tags: Object.fromEntries(group.tags) };
    },
    FilterLogEvents: (input, call) => {
      const { logGroupName, logStreamNamePrefix = '', logStreamNames, startTime = 0, endTime = Infinity } = input;
      const all = found(logGroupName, call)
        .events.filter(({ at }) => at >= startTime && at <= endTime)
        .filter(({ stream }) => stream.startsWith(logStreamNamePrefix) && (logStreamNames?.includes(stream) ?? true));
      const { items, next } = pageOf(all, input.nextToken, input.limit ?? 10_000);
      const events = items.map(({ id, stream, at, message }) => ({
        eventId: id,
        logStreamName: stream,
        timestamp: at,
        ingestionTime: at,
        message,
      }));
      return { events, nextToken: next, searchedLogStreams: [] };
    },
  },
};

function groupArn(place: AwsPlace, name: string): string {
  return arnOf(place, 'logs', `log-group:${name}`);
}

function shown({ name, madeAt, retention, events }: LogGroup, call: AwsCall): Record<string, unknown> {
  return {
    logGroupName: name,
    creationTime: madeAt,
    retentionInDays: retention,
    metricFilterCount: 0,
    arn: `${groupArn(call, name)}:*`,
    logGroupArn: groupArn(call, name),
    storedBytes: events.length,
  };
}

function found(name: string, call: AwsCall): LogGroup {
  const group = groupsOf(call).get(name);
  if (!group) throw missing();
  return group;
}

function missing(): AwsFault {
  return new AwsFault('ResourceNotFoundException', 'The specified log group does not exist.');
}
