import type { ResourceHandler } from '../cloudformation/resources.ts';
import { AwsFault, type AwsPlace, arnOf } from '../service.ts';
import { groupsOf } from './state.ts';

/** Log groups of stacks. */
export const logsResources: Readonly<Record<string, ResourceHandler>> = {
  'AWS::Logs::LogGroup': {
    create: (properties, context) => {
      const name = properties['LogGroupName'] ?? context.name(512);
      if (groupsOf(context).has(name)) throw new AwsFault('ResourceAlreadyExistsException', `${name} already exists`);
      const madeAt = context.world.now().getTime();
      const tags = context.tags(properties['Tags']);
      groupsOf(context).set(name, { name, madeAt, retention: properties['RetentionInDays'], tags, events: [] });
      return made(name, context);
    },
    update: (name, properties, context) => {
      const group = groupsOf(context).get(name);
      if (!group) throw new AwsFault('ResourceNotFoundException', 'The specified log group does not exist.');
      group.retention = properties['RetentionInDays'];
      return made(name, context);
    },
    remove: (name, context) => void groupsOf(context).delete(name),
  },
};

function made(name: string, place: AwsPlace) {
  return { physicalId: name, attributes: { Arn: `${arnOf(place, 'logs', `log-group:${name}`)}:*` } };
}
