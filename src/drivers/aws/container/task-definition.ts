import type { PlaceRequest } from '../../../core/driver.ts';
import { reveal, type Variables } from '../../../core/secret.ts';
import { ownTags, TAGS } from '../names.ts';
import { ecsTags, fromEcsTags, RELEASE_TAG } from './names.ts';
import { isHeld, putParameters, removeParameters } from './parameters.ts';
import type { Site } from './places.ts';

/** The one container of a task. */
export const CONTAINER = 'app';

export interface Wish {
  readonly request: PlaceRequest;
  readonly release: string;
  /** With the digest of its manifest. */
  readonly image: string;
  readonly family: string;
  /** What comes first in the names of its log streams. */
  readonly stream: string;
  /** In place of what the image is started with. */
  readonly words?: readonly [string, ...string[]];
  readonly tags?: Readonly<Record<string, string>>;
}

export interface Definition {
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly status: 'ACTIVE' | 'INACTIVE';
  readonly registered_at: Date | undefined;
}

/** What a release is made of, found again by its tag after a lost answer: every call would make another revision. */
export async function ensureDefinition(site: Site, wish: Wish): Promise<Definition> {
  const found = await findDefinition(site, wish.family, wish.release);
  if (found) return found;
  const { target, account } = site;
  const secrets = await putParameters(site, wish.release, wish.request.variables);
  const ecs = await account.aws.ecs();
  const { taskDefinition } = await ecs.registerTaskDefinition({
    ...shapeOf(site),
    family: wish.family,
    containerDefinitions: [containerOf(site, wish, secrets)],
    tags: ecsTags({
      ...ownTags(target),
      [TAGS.version]: wish.request.version_id,
      [RELEASE_TAG]: wish.release,
      ...wish.tags,
    }),
  });
  return describe(site, taskDefinition?.taskDefinitionArn ?? '');
}

function shapeOf({ options, places }: Site) {
  return {
    networkMode: 'awsvpc' as const,
    requiresCompatibilities: ['FARGATE' as const],
    cpu: String(options.task_cpu),
    memory: String(options.task_memory),
    runtimePlatform: {
      operatingSystemFamily: 'LINUX' as const,
      cpuArchitecture: options.platform === 'linux/arm64' ? ('ARM64' as const) : ('X86_64' as const),
    },
    executionRoleArn: places.execution_role,
    taskRoleArn: places.task_role,
  };
}

function containerOf(site: Site, wish: Wish, secrets: readonly { name: string; valueFrom: string }[]) {
  const { options, places } = site;
  const [first, ...rest] = wish.words ?? [];
  return {
    name: CONTAINER,
    image: wish.image,
    essential: true,
    memory: options.task_memory,
    environment: plainOf(site, wish.request.variables),
    secrets: [...secrets],
    stopTimeout: stopSeconds(options.stop_timeout),
    ...(first === undefined ? {} : { entryPoint: [first], command: rest }),
    ...(options.worker || first !== undefined ? {} : { portMappings: [{ containerPort: options.port }] }),
    ...(first === undefined ? checkOf(site) : {}),
    logConfiguration: {
      logDriver: 'awslogs' as const,
      options: {
        'awslogs-group': places.log_group,
        'awslogs-region': places.region,
        'awslogs-stream-prefix': wish.stream,
      },
    },
  };
}

/** What a task is but for its image and variables, to compare one that was made with what would be made. */
export function sizeOf({ options, places }: Site) {
  return {
    size: {
      cpu: String(options.task_cpu),
      memory: String(options.task_memory),
      architecture: options.platform === 'linux/arm64' ? 'ARM64' : 'X86_64',
    },
    stop: stopSeconds(options.stop_timeout),
    port: options.worker ? null : options.port,
    roles: [places.execution_role, places.task_role],
  };
}

function stopSeconds(ms: number): number {
  return Math.max(2, Math.ceil(ms / 1000));
}

/** A reference that the owner gives stands in for a variable of the same name. */
export function plainOf(site: Site, variables: Variables): { name: string; value: string }[] {
  const { options } = site;
  const all = options.worker ? variables : { PORT: String(options.port), ...variables };
  const plain = Object.entries(all).flatMap(([name, value]) =>
    isHeld(site, name, value) || Object.hasOwn(options.value_from, name) ? [] : [{ name, value: reveal(value) }],
  );
  return plain.sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** A command is asked in the container; an HTTP check is the load balancer's. */
function checkOf({ target }: Site) {
  const { health } = target.service;
  if (health?.kind !== 'command') return {};
  return {
    healthCheck: {
      command: ['CMD-SHELL', health.command],
      interval: Math.min(300, Math.max(5, Math.round(health.interval / 1000))),
      retries: 3,
    },
  };
}

/** The newest ones come first; ours is among those of the last deploys. */
export async function findDefinition(site: Site, family: string, release: string): Promise<Definition | undefined> {
  for (const arn of await activeDefinitions(site, family)) {
    const found = await describe(site, arn);
    if (found.tags[RELEASE_TAG] === release && found.status === 'ACTIVE') return found;
  }
  return undefined;
}

export async function activeDefinitions(
  { account }: Pick<Site, 'account'>,
  family: string,
): Promise<readonly string[]> {
  const ecs = await account.aws.ecs();
  const arns: string[] = [];
  for (let nextToken: string | undefined; ; ) {
    const page = await ecs.listTaskDefinitions({
      familyPrefix: family,
      status: 'ACTIVE',
      sort: 'DESC',
      ...(nextToken ? { nextToken } : {}),
    });
    arns.push(...(page.taskDefinitionArns ?? []));
    nextToken = page.nextToken;
    // A prefix finds longer names as well.
    if (!nextToken) return arns.filter((arn) => arn.split('/')[1]?.split(':')[0] === family);
  }
}

export async function describe({ account }: Pick<Site, 'account'>, arn: string): Promise<Definition> {
  const ecs = await account.aws.ecs();
  const { taskDefinition, tags } = await ecs.describeTaskDefinition({ taskDefinition: arn, include: ['TAGS'] });
  return {
    arn,
    tags: fromEcsTags(tags),
    status: taskDefinition?.status === 'ACTIVE' ? 'ACTIVE' : 'INACTIVE',
    registered_at: taskDefinition?.registeredAt,
  };
}

/** Takes a definition out of use, with the secrets that only it refers to. One that is out of use is no error. */
export async function forget(site: Site, { arn, tags }: Definition): Promise<void> {
  await removeParameters(site, tags[RELEASE_TAG]);
  await deregister(site, arn);
}

export async function deregister({ account }: Pick<Site, 'account'>, arn: string): Promise<void> {
  const ecs = await account.aws.ecs();
  await ecs.deregisterTaskDefinition({ taskDefinition: arn });
}

/** Log streams of a release begin with it. */
export function streamOf(family: string, release: string): string {
  return `${family.endsWith('-job') ? 'job' : 'release'}-${release}`;
}
