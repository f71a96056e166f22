import type { JsonObject } from '../../../core/json.ts';
import { isVariableName } from '../../../core/name.ts';
import { BUILD_CHECKS, BUILD_DEFAULTS, BUILD_SCHEMA, type BuildOptions } from '../../image/build/options.ts';
import {
  checkDuration,
  checkFlag,
  checkPort,
  durationSchema,
  isObject,
  matching,
  type OptionCheck,
  type OptionProblem,
  oneOf,
  wrong,
} from '../../option-checks.ts';
import type { KindOptions, SharedOptions } from './shared.ts';

/** Options of kind `container`, complete. Durations in ms. */
export interface ContainerOptions extends SharedOptions, BuildOptions {
  readonly kind: 'container';
  readonly platform: 'linux/amd64' | 'linux/arm64';
  /** Engine that builds; `DOCKER_HOST` or the current context when left out. */
  readonly builder?: string;
  /** That the service listens on; told to it as `PORT`. */
  readonly port: number;
  /** Listens on no port; gets no traffic. */
  readonly worker: boolean;
  readonly replicas: number;
  /** Of one task: 1024 is a whole processor. */
  readonly task_cpu: number;
  /** Of one task, MiB. */
  readonly task_memory: number;
  /** Spare capacity, which may be taken away; where previews run when left out. */
  readonly spot?: boolean;
  readonly host_names: readonly string[];
  readonly balancer_certificate?: string;
  readonly listener?: string;
  readonly cluster?: string;
  readonly repository?: string;
  readonly execution_role?: string;
  readonly task_role?: string;
  readonly vpc?: string;
  readonly subnets: readonly string[];
  /** CIDRs that may reach the load balancer. */
  readonly allow_from: readonly string[];
  /** CIDRs that may ask a release before it has users. */
  readonly check_from: readonly string[];
  /** Variable → ARN of a parameter or secret that exists. */
  readonly value_from: Readonly<Record<string, string>>;
  /** Ids of accounts that may pull images. */
  readonly readers: readonly string[];
  readonly log_retention_days: number;
  readonly drain_timeout: number;
  readonly stop_timeout: number;
}

/** Memory that goes with a CPU size, MiB: smallest, largest and steps. */
const SIZES: Readonly<Record<number, readonly [least: number, most: number, step: number]>> = {
  256: [512, 2048, 512],
  512: [1024, 4096, 1024],
  1024: [2048, 8192, 1024],
  2048: [4096, 16_384, 1024],
  4096: [8192, 30_720, 1024],
  8192: [16_384, 61_440, 4096],
  16384: [32_768, 122_880, 8192],
};
const RETENTIONS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
const CIDR = /^(?:\d{1,3}(?:\.\d{1,3}){3}\/(?:[0-9]|[12]\d|3[0-2])|[0-9a-fA-F:]+\/\d{1,3})$/;
const HOST_NAME = /^(?=.{1,128}$)(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,}$/;
const ENGINE = /^(?:(?:unix|ssh|tcp):\/\/\S+|[A-Za-z0-9][\w.+-]*)$/;
const MOST_REPLICAS = 100;

function sizeProblem({
  task_cpu: cpu,
  task_memory: memory,
}: Pick<ContainerOptions, 'task_cpu' | 'task_memory'>): string | undefined {
  const [least, most, step] = SIZES[cpu] ?? [0, 0, 1];
  const right = memory >= least && memory <= most && (memory % step === 0 || (cpu === 256 && memory === 512));
  return right ? undefined : `with task_cpu ${cpu} it goes from ${least} to ${most} in steps of ${step}`;
}

function arnOf(service: string, what: string): (value: unknown) => OptionCheck {
  const pattern = new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]*:\\d{12}:[\\w+=,.@:/-]{1,512}$`);
  return matching(pattern, `is not ${what}`, `the ARN of ${what}`);
}

function listOf(pattern: RegExp, expected: string): (value: unknown) => OptionCheck {
  return (value) =>
    Array.isArray(value) && value.every((one) => typeof one === 'string' && pattern.test(one))
      ? { value }
      : wrong('is not such a list', expected);
}

function wholeFrom(least: number, most: number): (value: unknown) => OptionCheck {
  return (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
      ? { value }
      : wrong('is not such a number', `a whole number from ${least} to ${most}`);
}

function checkNumber(allowed: readonly number[]): (value: unknown) => OptionCheck {
  return (value) =>
    allowed.some((one) => one === value) ? { value: value as number } : wrong('is not offered', allowed.join(', '));
}

const REFERENCE =
  /^arn:aws[a-z-]*:(?:ssm:[a-z0-9-]+:\d{12}:parameter\/|secretsmanager:[a-z0-9-]+:\d{12}:secret:)[\w.:/+=@-]+$/;

function checkValueFrom(value: unknown): OptionCheck {
  const right =
    isObject(value) &&
    Object.entries(value).every(([name, arn]) => isVariableName(name) && REFERENCE.test(String(arn)));
  return right
    ? { value: { ...value } as JsonObject }
    : wrong('does not map variables', 'ARNs of parameters or secrets by variable');
}

/** ECS takes 120 s at most. */
function checkStop(value: unknown): OptionCheck {
  const checked = checkDuration(value);
  return typeof checked.value === 'number' && checked.value > 120_000
    ? wrong('is too long', 'at most 120s, such as 30s')
    : checked;
}

function cidrs(description: string, usual: readonly string[]): JsonObject {
  return { type: 'array', items: { type: 'string' }, default: [...usual], description };
}

function arn(description: string): JsonObject {
  return { type: 'string', description };
}

/** What each option rules out in others. */
function together(options: JsonObject): Record<string, OptionProblem> {
  const { worker, listener, balancer_certificate, vpc, subnets, host_names, ...size } =
    options as unknown as ContainerOptions;
  const wrongSize = sizeProblem(size);
  const seen = host_names.length > 0 || listener !== undefined || balancer_certificate !== undefined;
  return {
    ...(wrongSize ? { task_memory: { message: 'is no size of a task', expected: wrongSize } } : {}),
    ...(worker && seen
      ? { worker: { message: 'has no load balancer', fix: 'Leave out host_names, balancer_certificate and listener' } }
      : {}),
    ...(listener && host_names.length === 0
      ? { listener: { message: 'needs names to tell services apart', fix: 'Add host_names' } }
      : {}),
    ...(listener && balancer_certificate
      ? { balancer_certificate: { message: 'is that of the listener', fix: 'Leave it out' } }
      : {}),
    ...(vpc && subnets.length === 0 ? { vpc: { message: 'needs subnets', fix: 'Add subnets of two zones' } } : {}),
  };
}

export const containerOptions: KindOptions = {
  checks: {
    ...BUILD_CHECKS,
    platform: oneOf('linux/amd64', 'linux/arm64'),
    builder: matching(ENGINE, 'is not an engine', 'such as ssh://deploy@10.0.0.7'),
    port: checkPort,
    worker: checkFlag,
    replicas: wholeFrom(1, MOST_REPLICAS),
    task_cpu: checkNumber(Object.keys(SIZES).map(Number)),
    task_memory: wholeFrom(512, 122_880),
    spot: checkFlag,
    host_names: listOf(HOST_NAME, 'names such as api.example.com, in lower case'),
    balancer_certificate: arnOf('acm', 'a certificate'),
    listener: arnOf('elasticloadbalancing', 'a listener'),
    cluster: matching(/^[A-Za-z0-9_-]{1,255}$/, 'is not a cluster', 'the name of a cluster'),
    repository: matching(
      /^[a-z0-9]+(?:[._/-]+[a-z0-9]+)*$/,
      'is not a repository',
      'the name of an ECR repository in this account and region',
    ),
    execution_role: arnOf('iam', 'a role'),
    task_role: arnOf('iam', 'a role'),
    vpc: matching(/^vpc-[0-9a-f]{8,17}$/, 'is not a VPC', 'an id such as vpc-0a1b2c3d'),
    subnets: listOf(/^subnet-[0-9a-f]{8,17}$/, 'ids such as subnet-0a1b2c3d'),
    allow_from: listOf(CIDR, 'ranges such as 203.0.113.0/24'),
    check_from: listOf(CIDR, 'ranges such as 203.0.113.7/32'),
    value_from: checkValueFrom,
    readers: listOf(/^\d{12}$/, 'ids of accounts, in quotes'),
    log_retention_days: checkNumber(RETENTIONS),
    drain_timeout: checkDuration,
    stop_timeout: checkStop,
  },
  defaults: {
    ...BUILD_DEFAULTS,
    platform: 'linux/amd64',
    port: 8080,
    worker: false,
    replicas: 1,
    task_cpu: 256,
    task_memory: 512,
    host_names: [],
    subnets: [],
    allow_from: ['0.0.0.0/0'],
    check_from: [],
    value_from: {},
    readers: [],
    log_retention_days: 30,
    drain_timeout: 30_000,
    stop_timeout: 30_000,
  },
  together,
  properties: {
    ...BUILD_SCHEMA,
    platform: {
      enum: ['linux/amd64', 'linux/arm64'],
      default: 'linux/amd64',
      description: 'What the image is built for and the tasks run on',
    },
    builder: {
      type: 'string',
      description: 'Engine that builds the image; that of DOCKER_HOST or Docker when left out',
    },
    port: {
      type: 'integer',
      minimum: 1,
      maximum: 65535,
      default: 8080,
      description: 'Port the service listens on, told to it as PORT',
    },
    worker: { type: 'boolean', default: false, description: 'Listens on no port: no load balancer, and no canaries' },
    replicas: {
      type: 'integer',
      minimum: 1,
      maximum: MOST_REPLICAS,
      default: 1,
      description: 'Tasks of one release; 1 in previews',
    },
    task_cpu: { enum: Object.keys(SIZES).map(Number), default: 256, description: 'Of one task: 1024 is a processor' },
    task_memory: { type: 'integer', minimum: 512, default: 512, description: 'In MiB' },
    spot: { type: 'boolean', description: 'Cheaper tasks that AWS may stop; on in previews when left out' },
    host_names: { type: 'array', items: { type: 'string' }, description: 'Names that users reach the service by' },
    balancer_certificate: arn('ARN of a certificate (ACM) for the host names, in the region; without one, plain HTTP'),
    listener: arn(
      'ARN of a listener that exists, which gets a rule for the host names, in place of an own load balancer',
    ),
    cluster: { type: 'string', description: 'Name of a cluster that exists' },
    repository: { type: 'string', description: 'Name of an ECR repository that exists' },
    execution_role: arn('ARN of a role that exists, by which ECS pulls, logs and reads secrets'),
    task_role: arn('ARN of a role that exists, which the service has'),
    vpc: { type: 'string', description: 'Id of a VPC; the default VPC when left out' },
    subnets: {
      type: 'array',
      items: { type: 'string' },
      description: 'Ids of subnets; of containers in two zones at least, the default ones when left out',
    },
    allow_from: cidrs('Ranges of addresses that may reach the load balancer', ['0.0.0.0/0']),
    check_from: cidrs('Ranges of addresses that may reach a release before it has users, on ports 9001 and 9002', []),
    value_from: {
      type: 'object',
      additionalProperties: { type: 'string' },
      description: 'Variables whose values tasks read from a parameter (SSM) or secret that exists, by its ARN',
    },
    readers: {
      type: 'array',
      items: { type: 'string' },
      description: 'Ids of accounts that may pull the images, for promotion to them',
    },
    log_retention_days: { enum: RETENTIONS, default: 30, description: 'For how long lines of the log are kept' },
    drain_timeout: durationSchema('30s', 'How long requests may go on after a task lost its traffic'),
    stop_timeout: durationSchema('30s', 'From the stop signal to SIGKILL, at most 120s'),
  },
};
