import { randomBytes } from 'node:crypto';
import { type AwsCall, AwsFault, type AwsService, arnOf } from '../service.ts';
import { tagList } from '../tags.ts';
import { ACCEPT } from './exchange.ts';
import { registriesOf } from './registry.ts';
import { type Repository, repositoriesOf, tokensOf } from './state.ts';

const VALID = 12 * 3_600_000;

/** The control side of registries; images themselves go to the registry. */
export const ecr: AwsService = {
  signedFor: 'ecr',
  package: '@aws-sdk/client-ecr',
  model: () => import('@aws-sdk/client-ecr') as never,
  operations: {
    GetAuthorizationToken: async (_, call) => {
      const password = `ecr-${randomBytes(24).toString('hex')}`;
      tokensOf(call).set(password, { account: call.account, region: call.region, caller: call.caller });
      return {
        authorizationData: [
          {
            authorizationToken: Buffer.from(`AWS:${password}`).toString('base64'),
            expiresAt: new Date(call.world.now().getTime() + VALID),
            proxyEndpoint: `http://${await registriesOf(call.world).hostOf(call)}`,
          },
        ],
      };
    },
    DescribeRepositories: ({ repositoryNames }, call) => ({
      repositories: ((repositoryNames as string[]) ?? [...repositoriesOf(call).keys()]).map((name) =>
        shown(found(name, call)),
      ),
    }),
    DescribeImages: async ({ repositoryName, imageIds = [] }, call) => {
      found(repositoryName, call);
      const asked = imageIds as { imageTag?: string; imageDigest?: string }[];
      return { imageDetails: await Promise.all(asked.map((id) => image(repositoryName, id, call))) };
    },
    ListTagsForResource: ({ resourceArn }, call) => ({
      tags: tagList(
        [...repositoriesOf(call).values()].find((it) => it.repositoryArn === resourceArn)?.tags ?? new Map(),
      ),
    }),
  },
  tagged: (place) =>
    [...repositoriesOf(place).values()].map(({ repositoryArn, tags }) => ({
      arn: repositoryArn,
      tags: Object.fromEntries(tags),
    })),
};

async function image(
  repositoryName: string,
  { imageTag, imageDigest }: { imageTag?: string; imageDigest?: string },
  call: AwsCall,
) {
  const path = `manifests/${imageDigest ?? imageTag}`;
  const answer = await registriesOf(call.world).ask(call, repositoryName, path, { headers: ACCEPT });
  if (answer.status === 200)
    return {
      registryId: call.account,
      repositoryName,
      imageDigest: String(answer.headers['docker-content-digest']),
      ...(imageTag ? { imageTags: [imageTag] } : {}),
    };
  throw new AwsFault(
    'ImageNotFoundException',
    `The image with imageId {imageDigest:'${imageDigest}', imageTag:'${imageTag}'} does not exist within the repository`,
  );
}

function found(name: string, call: AwsCall): Repository {
  const repository = repositoriesOf(call).get(name);
  if (repository) return repository;
  throw new AwsFault(
    'RepositoryNotFoundException',
    `The repository with name '${name}' does not exist in the registry with id '${call.account}'`,
  );
}

function shown({ tags: _, readers: __, emptyOnDelete: ___, ...repository }: Repository) {
  return repository;
}

/** Makes a repository, in a registry that answers. */
export async function makeRepository(
  call: AwsCall,
  repositoryName: string,
  given: Pick<Repository, 'imageTagMutability' | 'readers' | 'tags' | 'emptyOnDelete'>,
): Promise<Repository> {
  if (repositoriesOf(call).has(repositoryName))
    throw new AwsFault(
      'RepositoryAlreadyExistsException',
      `The repository with name '${repositoryName}' already exists`,
    );
  const repository: Repository = {
    ...given,
    repositoryName,
    repositoryArn: arnOf(call, 'ecr', `repository/${repositoryName}`),
    repositoryUri: `${await registriesOf(call.world).hostOf(call)}/${repositoryName}`,
    createdAt: call.world.now(),
  };
  repositoriesOf(call).set(repositoryName, repository);
  return repository;
}
