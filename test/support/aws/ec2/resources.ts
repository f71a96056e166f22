import type { ResourceHandler } from '../cloudformation/resources.ts';
import { AwsFault } from '../service.ts';
import { networkOf } from './state.ts';

/** Security groups of stacks. */
export const ec2Resources: Readonly<Record<string, ResourceHandler>> = {
  'AWS::EC2::SecurityGroup': {
    create: (properties, context) => {
      const { groups, vpcs } = networkOf(context);
      const VpcId = properties['VpcId'];
      if (!vpcs.some((vpc) => vpc.VpcId === VpcId))
        throw new AwsFault('InvalidVpcID.NotFound', `The vpc ID '${VpcId}' does not exist`);
      const GroupId = `sg-${context.world.hex(17)}`;
      groups.set(GroupId, {
        GroupId,
        GroupName: properties['GroupName'] ?? context.name(255),
        Description: properties['GroupDescription'],
        VpcId,
        ingress: properties['SecurityGroupIngress'] ?? [],
        tags: context.tags(properties['Tags']),
      });
      return { physicalId: GroupId, attributes: { GroupId, Id: GroupId, VpcId } };
    },
    update: (id, properties, context) => {
      const group = networkOf(context).groups.get(id);
      if (!group) throw new AwsFault('InvalidGroup.NotFound', `The security group '${id}' does not exist`);
      group.ingress = properties['SecurityGroupIngress'] ?? [];
      group.tags = context.tags(properties['Tags']);
      return { physicalId: id, attributes: { GroupId: id, Id: id, VpcId: group.VpcId } };
    },
    remove: (id, context) => {
      const { groups } = networkOf(context);
      const user = [...groups.values()].find(({ GroupId, ingress }) =>
        ingress.some((rule) => GroupId !== id && rule['SourceSecurityGroupId'] === id),
      );
      if (user) throw new AwsFault('DependencyViolation', `resource ${id} has a dependent object`);
      groups.delete(id);
    },
  },
};
