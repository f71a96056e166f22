import {
  checkDuration,
  checkFlag,
  durationSchema,
  matching,
  type OptionCheck,
  oneOf,
  wrong,
} from '../../option-checks.ts';
import type { KindOptions, SharedOptions } from './shared.ts';

/** Options of kind `function`, complete. */
export interface FunctionOptions extends SharedOptions {
  readonly kind: 'function';
  /** Identifier of Lambda, such as `nodejs22.x`. */
  readonly runtime: string;
  /** File and function in it that takes the events. */
  readonly handler: string;
  readonly architecture: 'x86_64' | 'arm64';
  /** MiB. */
  readonly memory: number;
  /** How long one call may take, ms. */
  readonly time_limit: number;
  /** Whether it has an address of its own that everybody may ask. */
  readonly url: 'public' | 'none';
  /** Whether answers are streamed. */
  readonly streaming: boolean;
  /** An image by its digest, instead of files that are built here. */
  readonly image?: string;
  /** ARN of the role it runs as; one is made when left out. */
  readonly role?: string;
  /** Name of the function; naming one is consent to use it when it is there. */
  readonly function_name?: string;
  /** Where archives go that are too large for a call. */
  readonly archive_bucket?: string;
  readonly subnets: readonly string[];
  readonly security_groups: readonly string[];
  /** ARNs with versions. */
  readonly layers: readonly string[];
  readonly log_retention_days: number;
}

const RUNTIME =
  /^(?:nodejs\d{2}\.x|python3\.\d{1,2}|ruby3\.\d|java\d{1,2}(?:\.al2)?|dotnet\d{1,2}|provided\.al20\d\d|provided\.al2)$/;
const IMAGE = /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\/[a-z0-9._/-]+@sha256:[0-9a-f]{64}$/;
/** What CloudWatch takes. */
const RETENTIONS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
/** Lambda ends a call after 15 minutes. */
const LONGEST_CALL = 900_000;

export const functionOptions: KindOptions = {
  defaults: {
    runtime: 'nodejs22.x',
    handler: 'index.handler',
    architecture: 'x86_64',
    memory: 256,
    time_limit: 10_000,
    url: 'public',
    streaming: false,
    subnets: [],
    security_groups: [],
    layers: [],
    log_retention_days: 30,
  },
  checks: {
    runtime: matching(RUNTIME, 'is not a runtime of Lambda', 'one such as nodejs22.x, python3.13 or provided.al2023'),
    handler: matching(/^[^\s]{1,128}$/, 'is not a handler', 'file and function, such as index.handler'),
    architecture: oneOf('x86_64', 'arm64'),
    memory: wholeBetween(128, 10_240, 'MiB'),
    time_limit: checkTimeLimit,
    url: oneOf('public', 'none'),
    streaming: checkFlag,
    image: matching(
      IMAGE,
      'is not an image of ECR by its digest',
      '<account>.dkr.ecr.<region>.amazonaws.com/<repository>@sha256:…',
    ),
    role: matching(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/, 'is not a role', 'the ARN of a role'),
    function_name: matching(/^[\w-]{1,64}$/, 'is not a name for a function', 'at most 64 letters, digits, - and _'),
    archive_bucket: matching(
      /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
      'is not a bucket',
      'the name of a bucket in the same region',
    ),
    subnets: listOf(/^subnet-[0-9a-f]+$/, 'a list of ids such as subnet-0a1b2c3d'),
    security_groups: listOf(/^sg-[0-9a-f]+$/, 'a list of ids such as sg-0a1b2c3d'),
    layers: listOf(
      /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:layer:[\w-]+:\d+$/,
      'a list of ARNs of layers, with their versions',
    ),
    log_retention_days: (value) =>
      RETENTIONS.some((days) => days === value)
        ? { value: value as number }
        : wrong('is not kept so', RETENTIONS.join(', ')),
  },
  properties: {
    runtime: { type: 'string', default: 'nodejs22.x', description: 'function: runtime, as Lambda calls it' },
    handler: {
      type: 'string',
      default: 'index.handler',
      description: 'function: file, and function in it, that takes the events',
    },
    architecture: { enum: ['x86_64', 'arm64'], default: 'x86_64', description: 'function: processor it is for' },
    memory: {
      type: 'integer',
      minimum: 128,
      maximum: 10_240,
      default: 256,
      description: 'function: MiB it has; processor time grows with it',
    },
    time_limit: durationSchema('10s', 'function: how long one call may take; at most 15m'),
    url: {
      enum: ['public', 'none'],
      default: 'public',
      description: 'function: whether it has an address that everybody may ask',
    },
    streaming: { type: 'boolean', default: false, description: 'function: whether answers are streamed' },
    image: { type: 'string', description: 'function: image in ECR by its digest; nothing is built then' },
    role: { type: 'string', description: 'function: ARN of the role it runs as; one is made when left out' },
    function_name: { type: 'string', description: 'function: its name, also of one that is there' },
    archive_bucket: {
      type: 'string',
      description: 'function: bucket for archives that are larger than 50 MiB',
    },
    subnets: {
      type: 'array',
      items: { type: 'string' },
      description: 'Ids of subnets; of containers in two zones at least, the default ones when left out',
    },
    security_groups: { type: 'array', items: { type: 'string' }, description: 'Ids of security groups' },
    layers: {
      type: 'array',
      items: { type: 'string' },
      description: 'function: ARNs of layers, with their versions',
    },
    log_retention_days: {
      enum: RETENTIONS,
      default: 30,
      description: 'For how long lines of the log are kept',
    },
  },
};

function checkTimeLimit(value: unknown): OptionCheck {
  const checked = checkDuration(value);
  if (typeof checked.value !== 'number' || (checked.value >= 1_000 && checked.value <= LONGEST_CALL)) return checked;
  return wrong('is not a time that Lambda takes', 'a duration from 1s to 15m');
}

function wholeBetween(least: number, most: number, unit: string): (value: unknown) => OptionCheck {
  return (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most
      ? { value: value as number }
      : wrong('is out of range', `a whole number from ${least} to ${most} (${unit})`);
}

function listOf(pattern: RegExp, expected: string): (value: unknown) => OptionCheck {
  return (value) =>
    Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string' && pattern.test(one))
      ? { value }
      : wrong('is not right', expected);
}
