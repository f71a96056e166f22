import type { ErrorCode } from '../core/error-codes.ts';

/** What the services' names of errors mean to us, without the `Exception` that some append. */
const NAMES: Partial<Readonly<Record<ErrorCode, string>>> = {
  AUTH_FAILED:
    'CredentialsProviderError TokenProviderError UnrecognizedClient InvalidClientTokenId InvalidAccessKeyId SignatureDoesNotMatch InvalidSignature IncompleteSignature MissingAuthenticationToken ExpiredToken RequestExpired AuthFailure InvalidToken InvalidIdentityToken IDPRejectedClaim RegionDisabled OptInRequired RequestTimeTooSkewed',
  INSUFFICIENT_PERMISSIONS:
    'AccessDenied UnauthorizedOperation UnauthorizedAccess OperationNotPermitted Blocked DecryptionFailure',
  RATE_LIMIT_EXCEEDED:
    'Throttling Throttled RequestLimitExceeded TooManyRequests SlowDown RequestThrottled ProvisionedThroughputExceeded PriorRequestNotComplete TooManyUpdates EC2Throttled TooManyInvalidationsInProgress',
  PLATFORM_UNAVAILABLE:
    'Server Service ServiceFailure InternalFailure InternalError InternalServer InternalServerError InternalService InternalServiceError ServiceUnavailable SyntaxError',
  TIMEOUT: 'TimeoutError RequestTimeout',
  PROJECT_NAME_TAKEN:
    'BucketAlreadyExists BucketAlreadyOwnedByYou CNAMEAlreadyExists RepositoryAlreadyExists EntityAlreadyExists DuplicateLoadBalancerName DuplicateTargetGroupName AlreadyExists DistributionAlreadyExists FunctionAlreadyExists OriginAccessControlAlreadyExists ParameterAlreadyExists ResourceExists ResourceAlreadyExists',
  UPLOAD_FAILED:
    'EntityTooLarge BadDigest InvalidDigest XAmzContentSHA256Mismatch NoSuchUpload InvalidPart LayerInaccessible ImageDigestDoesNotMatch InvalidLayerPart CodeVerificationFailed',
  INVALID_CONFIG:
    'Validation ValidationError InvalidParameter InvalidParameterValue InvalidParameterCombination InvalidArgument InvalidRequest MalformedPolicyDocument Client InvalidSubnet SubnetNotFound CertificateNotFound InvalidViewerCertificate InvalidZipFile UnsupportedFeature AvailabilityZoneNotSupported PlatformUnknown',
  STATE_CONFLICT:
    'PreconditionFailed InvalidIfMatchVersion Conflict ConditionalRequestConflict ConcurrentModification ResourceConflict OperationAborted EntityTemporarilyUnmodifiable',
  NOT_FOUND:
    'NoSuchBucket NoSuchKey NoSuchEntity NotFound NoSuchDistribution NoSuchFunctionExists NoSuchOriginAccessControl EntityNotFound RepositoryNotFound ImageNotFound ResourceNotFound ServiceNotFound ClusterNotFound LoadBalancerNotFound TargetGroupNotFound ListenerNotFound RuleNotFound ParameterNotFound',
  QUOTA_EXCEEDED:
    'LimitExceeded EntityLimitExceeded CodeStorageExceeded ServiceQuotaExceeded ParameterLimitExceeded PolicyLengthExceeded TooManyBuckets',
};

/** Name of an error → our code. */
export const CODES: ReadonlyMap<string, ErrorCode> = new Map(
  Object.entries(NAMES).flatMap(([code, names]) => names.split(' ').map((name) => [name, code as ErrorCode] as const)),
);

/** What helps, where it is the same for every service. */
export const FIXES: Partial<Readonly<Record<ErrorCode, string>>> = {
  AUTH_FAILED:
    'See who you are with "aws sts get-caller-identity"; set AWS_PROFILE, run "aws sso login", set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or look at the clock',
  INSUFFICIENT_PERMISSIONS: 'Add the right that it names; "deployer aws policy" prints all that are needed',
  RATE_LIMIT_EXCEEDED: 'Try again later',
  PLATFORM_UNAVAILABLE: 'See https://health.aws.amazon.com, and try again',
  TIMEOUT: 'Try again',
  QUOTA_EXCEEDED: 'Ask for more at https://console.aws.amazon.com/servicequotas, or remove what is not needed',
  STATE_CONFLICT: 'Somebody else changed it meanwhile: try again',
};
