import type { ResourceHandler } from '../cloudformation/resources.ts';
import { AwsFault } from '../service.ts';
import { makeGroup } from './service.ts';
import { groupsOf } from './state.ts';

/** Log groups of stacks. */
export const logsResources: Readonly<Record<string, ResourceHandler>> = {
  'AWS::Logs::LogGroup': {
    rights: {
      create: ['logs:CreateLogGroup', 'logs:PutRetentionPolicy'],
      update: ['logs:PutRetentionPolicy'],
      remove: ['logs:DeleteLogGroup'],
    },
    create: (properties, context) => {
      const name = properties['LogGroupName'] ?? context.name(512);
      if (groupsOf(context).has(name)) throw new AwsFault('ResourceAlreadyExistsException', `${name} already exists`);
      const { arn } = makeGroup(context, name, context.tags(properties['Tags']), properties['RetentionInDays']);
      return { physicalId: name, attributes: { Arn: `${arn}:*` } };
    },
    update: (name, properties, context) => {
      const group = groupsOf(context).get(name);
      if (!group) throw new AwsFault('ResourceNotFoundException', 'The specified log group does not exist.');
      group.retentionInDays = properties['RetentionInDays'];
      return { physicalId: name, attributes: { Arn: `${group.arn}:*` } };
    },
    remove: (name, context) => void groupsOf(context).delete(name),
  },
};
