import type { JsonObject } from '../../../core/json.ts';
import { matching, type OptionCheck, type OptionProblem, oneOf } from '../../option-checks.ts';

/** What a service is made of in AWS. */
export type AwsKind = (typeof KINDS)[number];

export const KINDS = ['static', 'container', 'function'] as const;

/** Options that every kind has. */
export interface SharedOptions {
  readonly kind: AwsKind;
  /** Where it lives; the operator's environment or profile says where when left out. */
  readonly region?: string;
  /** Id of the account that it has to be; another one is refused. */
  readonly account?: string;
  /** Profile of `~/.aws` whose credentials are used. */
  readonly profile?: string;
  /** ARN of a role that is taken on. */
  readonly assume_role?: string;
  /** ARN of the boundary that roles get which the driver makes. */
  readonly permissions_boundary?: string;
}

/** A table of checks of one kind, and what it means to leave an option out. */
export interface KindOptions {
  readonly checks: Readonly<Record<string, (value: unknown) => OptionCheck>>;
  readonly defaults: JsonObject;
  /** JSON Schema of its properties. */
  readonly properties: JsonObject;
  /** What is wrong with options that are right each by itself, by option. Pure. */
  readonly together?: (options: JsonObject) => Readonly<Record<string, OptionProblem>>;
}

export const sharedOptions: KindOptions = {
  checks: {
    kind: oneOf(...KINDS),
    region: matching(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'is not a region', 'a region such as eu-central-1'),
    account: matching(/^\d{12}$/, 'is not an account', 'the 12 digits of its id, in quotes'),
    profile: matching(/^[\w.@/+-]{1,128}$/, 'is not a profile', 'the name of a profile of ~/.aws'),
    assume_role: matching(
      /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/,
      'is not a role',
      'the ARN of a role',
    ),
    permissions_boundary: matching(
      /^arn:aws[a-z-]*:iam::(?:\d{12}|aws):policy\/[\w+=,.@/-]{1,512}$/,
      'is not a policy',
      'the ARN of a policy',
    ),
  },
  defaults: {},
  properties: {
    kind: {
      enum: [...KINDS],
      description: 'What it is made of: files behind CloudFront, containers on Fargate, or a Lambda function',
    },
    region: {
      type: 'string',
      description: 'Where it lives, such as eu-central-1; AWS_REGION or the profile says where when left out',
    },
    account: {
      type: 'string',
      description: 'Id of the account that it has to be; another one is refused before anything is done',
    },
    profile: { type: 'string', description: 'Profile of ~/.aws whose credentials are used' },
    assume_role: { type: 'string', description: 'ARN of a role that is taken on, such as one for each environment' },
    permissions_boundary: { type: 'string', description: 'ARN of the boundary of roles that are made' },
  },
};
