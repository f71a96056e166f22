import type { Properties, ResourceContext, ResourceHandler } from '../cloudformation/resources.ts';
import { AwsFault } from '../service.ts';
import { makeRepository } from './service.ts';
import { repositoriesOf } from './state.ts';

/** Repositories of stacks. */
export const ecrResources: Readonly<Record<string, ResourceHandler>> = {
  'AWS::ECR::Repository': {
    create: async (properties, context) => {
      const name = properties['RepositoryName'] ?? context.name(256).toLowerCase();
      if (!/^[a-z0-9]+(?:[._/-]+[a-z0-9]+)*$/.test(name))
        throw new AwsFault('InvalidParameterException', `Invalid parameter at 'repositoryName': ${name}`);
      const { repositoryArn, repositoryUri } = await makeRepository(context, name, given(properties, context));
      return { physicalId: name, attributes: { Arn: repositoryArn, RepositoryUri: repositoryUri } };
    },
    update: (name, properties, context) => {
      const repository = repositoriesOf(context).get(name);
      if (!repository) throw new AwsFault('RepositoryNotFoundException', `There is no ${name}`);
      const { imageTagMutability, readers, tags } = given(properties, context);
      Object.assign(repository, { imageTagMutability, readers, tags });
      const { repositoryArn, repositoryUri } = repository;
      return { physicalId: name, attributes: { Arn: repositoryArn, RepositoryUri: repositoryUri } };
    },
    remove: (name, context) => void repositoriesOf(context).delete(name),
  },
};

function given(properties: Properties, context: ResourceContext) {
  const statements: { Principal?: { AWS?: string | string[] } }[] = properties['RepositoryPolicyText']?.Statement ?? [];
  return {
    imageTagMutability: properties['ImageTagMutability'] ?? 'MUTABLE',
    readers: statements.flatMap(({ Principal }) =>
      [Principal?.AWS ?? []].flat().flatMap((arn) => /:(\d{12}):root$/.exec(arn)?.[1] ?? []),
    ),
    tags: context.tags(properties['Tags']),
    emptyOnDelete: properties['EmptyOnDelete'] ?? false,
  };
}
