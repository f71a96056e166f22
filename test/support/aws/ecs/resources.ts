import type { ResourceHandler } from '../cloudformation/resources.ts';
import { AwsFault, arnOf } from '../service.ts';
import { ecsOf } from './state.ts';

/** Clusters of stacks. */
export const ecsResources: Readonly<Record<string, ResourceHandler>> = {
  'AWS::ECS::Cluster': {
    create: (properties, context) => {
      const name = properties['ClusterName'] ?? context.name(255);
      const clusterArn = arnOf(context, 'ecs', `cluster/${name}`);
      ecsOf(context).clusters.set(name, {
        clusterName: name,
        clusterArn,
        providers: properties['CapacityProviders'] ?? [],
        tags: context.tags(properties['Tags']),
      });
      return { physicalId: name, attributes: { Arn: clusterArn } };
    },
    remove: (name, context) => {
      const { services, tasks, clusters } = ecsOf(context);
      if ([...services.values()].some((it) => it.cluster === name && it.status !== 'INACTIVE'))
        throw new AwsFault(
          'ClusterContainsServicesException',
          'The Cluster cannot be deleted while Services are active.',
        );
      if ([...tasks.values()].some((it) => it.cluster === name && it.lastStatus !== 'STOPPED'))
        throw new AwsFault('ClusterContainsTasksException', 'The Cluster cannot be deleted while Tasks are active.');
      clusters.delete(name);
    },
  },
};
