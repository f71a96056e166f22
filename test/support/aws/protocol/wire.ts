import { AwsFault } from '../service.ts';

/** How a service speaks, and what it calls the errors that all services have. */
export interface Wire {
  readonly protocol: 'json' | 'query' | 'ec2' | 'rest-json' | 'rest-xml';
  /** Of the API; part of namespaces and forms. */
  readonly version: string;
  /** What stands before the operation in `x-amz-target`. */
  readonly target?: string;
  readonly namespace?: string;
  /** The code for a request that its model does not allow. */
  readonly invalid: string;
  readonly common?: CommonNames;
}

/** Errors of all services. Each calls them by a name of its own. */
export type CommonError =
  | 'missing_token'
  | 'unknown_key'
  | 'wrong_signature'
  | 'skewed'
  | 'expired'
  | 'denied'
  | 'throttled'
  | 'unavailable'
  | 'stale';

type CommonNames = Readonly<Partial<Record<CommonError, readonly [code: string, status: number]>>>;

/** An error that all services have; {@link commonFault} gives it the service's name. */
export class CommonFault extends Error {
  readonly kind: CommonError;
  readonly headers: Readonly<Record<string, string>>;

  constructor(kind: CommonError, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.kind = kind;
    this.headers = headers;
  }
}

export function commonFault(wire: Wire, { kind, message, headers }: CommonFault): AwsFault {
  const json = wire.protocol === 'json' || wire.protocol === 'rest-json';
  const [code, status] = wire.common?.[kind] ?? (json ? JSON_NAMES : QUERY_NAMES)[kind];
  return new AwsFault(code, message, status, { headers });
}

const JSON_NAMES = {
  missing_token: ['MissingAuthenticationTokenException', 403],
  unknown_key: ['UnrecognizedClientException', 400],
  wrong_signature: ['InvalidSignatureException', 400],
  skewed: ['InvalidSignatureException', 400],
  expired: ['ExpiredTokenException', 400],
  denied: ['AccessDeniedException', 400],
  throttled: ['ThrottlingException', 400],
  unavailable: ['ServiceUnavailableException', 503],
  stale: ['PreconditionFailedException', 412],
} as const;

const QUERY_NAMES = {
  missing_token: ['MissingAuthenticationToken', 403],
  unknown_key: ['InvalidClientTokenId', 403],
  wrong_signature: ['SignatureDoesNotMatch', 403],
  skewed: ['RequestExpired', 400],
  expired: ['ExpiredToken', 403],
  denied: ['AccessDenied', 403],
  throttled: ['Throttling', 400],
  unavailable: ['ServiceUnavailable', 503],
  stale: ['PreconditionFailed', 412],
} as const;

const REST_JSON: CommonNames = {
  unknown_key: ['UnrecognizedClientException', 403],
  wrong_signature: ['InvalidSignatureException', 403],
  expired: ['ExpiredTokenException', 403],
  denied: ['AccessDeniedException', 403],
};

const S3: CommonNames = {
  missing_token: ['AccessDenied', 403],
  unknown_key: ['InvalidAccessKeyId', 403],
  skewed: ['RequestTimeTooSkewed', 403],
  expired: ['ExpiredToken', 400],
  throttled: ['SlowDown', 503],
};

const EC2: CommonNames = {
  unknown_key: ['AuthFailure', 401],
  wrong_signature: ['AuthFailure', 401],
  expired: ['RequestExpired', 400],
  denied: ['UnauthorizedOperation', 403],
  throttled: ['RequestLimitExceeded', 503],
  unavailable: ['Unavailable', 503],
};

function json(target: string, version: string, invalid = 'InvalidParameterException'): Wire {
  return { protocol: 'json', target, version, invalid };
}

function query(name: string, version: string): Wire {
  return {
    protocol: 'query',
    version,
    namespace: `https://${name}.amazonaws.com/doc/${version}/`,
    invalid: 'ValidationError',
  };
}

/** By what requests are signed for. */
export const WIRES: Readonly<Record<string, Wire>> = {
  acm: json('CertificateManager', '2015-12-08', 'ValidationException'),
  ecs: json('AmazonEC2ContainerServiceV20141113', '2014-11-13'),
  ecr: json('AmazonEC2ContainerRegistry_V20150921', '2015-09-21'),
  ssm: json('AmazonSSM', '2014-11-06', 'ValidationException'),
  secretsmanager: json('secretsmanager', '2017-10-17', 'InvalidParameterException'),
  logs: json('Logs_20140328', '2014-03-28'),
  tagging: json('ResourceGroupsTaggingAPI_20170126', '2017-01-26'),
  monitoring: { ...query('monitoring', '2010-08-01'), ...json('GraniteServiceVersion20100801', '2010-08-01') },
  elasticloadbalancing: query('elasticloadbalancing', '2015-12-01'),
  iam: query('iam', '2010-05-08'),
  sts: query('sts', '2011-06-15'),
  cloudformation: query('cloudformation', '2010-05-15'),
  ec2: {
    protocol: 'ec2',
    version: '2016-11-15',
    namespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
    invalid: 'InvalidParameterValue',
    common: EC2,
  },
  lambda: {
    protocol: 'rest-json',
    version: '2015-03-31',
    invalid: 'ValidationException',
    common: { ...REST_JSON, throttled: ['TooManyRequestsException', 429] },
  },
  'cloudfront-keyvaluestore': {
    protocol: 'rest-json',
    version: '2022-07-26',
    invalid: 'ValidationException',
    common: { ...REST_JSON, throttled: ['ThrottlingException', 429], stale: ['ConflictException', 409] },
  },
  cloudfront: {
    protocol: 'rest-xml',
    version: '2020-05-31',
    namespace: 'http://cloudfront.amazonaws.com/doc/2020-05-31/',
    invalid: 'MalformedInput',
  },
  s3: {
    protocol: 'rest-xml',
    version: '2006-03-01',
    namespace: 'http://s3.amazonaws.com/doc/2006-03-01/',
    invalid: 'MalformedXML',
    common: S3,
  },
};
