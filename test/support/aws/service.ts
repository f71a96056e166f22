import type { AwsWorld } from './world.ts';

/** A service of the stand-in: one function per operation, over inputs that were held against the service's model. */
export interface AwsService {
  /** The name in the scope of a signature: `ecs`, `s3`, `elasticloadbalancing`, `cloudfront-keyvaluestore`, … */
  readonly signedFor: string;
  /** The client's package, whose exported schemas (`Name$`) are the model. Loaded when the service is first asked. */
  readonly model: () => Promise<Readonly<Record<string, unknown>>>;
  /** The name of that package, whose type declarations know the values of enumerations. */
  readonly package: string;
  readonly operations: Readonly<Record<string, AwsOperation>>;
  /** The right an operation needs where that is not `<signedFor>:<Operation>`. Empty: none. */
  readonly rights?: Readonly<Record<string, string>>;
  /** ARNs of what a call is about, where policies name things of the service. */
  readonly resourceOf?: (
    operation: string,
    // biome-ignore lint/suspicious/noExplicitAny: the input of any operation
    input: any,
    call: AwsCall,
  ) => string | readonly string[] | undefined;
  /** What carries tags here, as `tag:GetResources` tells it. */
  readonly tagged?: (place: AwsPlace) => Iterable<Tagged>;
}

/**
 * Takes the input as the client's types have it (times are `Date`s, blobs are `Buffer`s, a streamed body can be iterated
 * once), and gives the output in the same form. What the service refuses is thrown as an {@link AwsFault}.
 */
// biome-ignore lint/suspicious/noExplicitAny: the input was held against the model before
export type AwsOperation = (input: any, call: AwsCall) => unknown | Promise<unknown>;

/** Where state is kept: a region of an account. */
export interface AwsPlace {
  readonly world: AwsWorld;
  readonly account: string;
  readonly region: string;
}

export interface AwsCall extends AwsPlace {
  /** The id of the request. */
  readonly request: string;
  /** Who calls. */
  readonly caller: Caller;
}

export interface Caller {
  readonly arn: string;
  readonly userId: string;
  /** Whether no policy binds it. */
  readonly administers?: true;
}

export interface Tagged {
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** What a service refuses, by the code that is on the wire. The status is the model's when none is given, else 400. */
export class AwsFault extends Error {
  readonly code: string;
  readonly status: number | undefined;
  readonly more: FaultMembers;

  constructor(code: string, message: string, status?: number, more: FaultMembers = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.more = more;
  }
}

/** Further members of an error, and headers of the answer under `headers`. */
export interface FaultMembers {
  readonly headers?: Readonly<Record<string, string>>;
  readonly [member: string]: unknown;
}

/** An ARN of the place, in the partition `aws`. */
export function arnOf(
  { account, region }: Pick<AwsPlace, 'account' | 'region'>,
  service: string,
  name: string,
): string {
  return `arn:aws:${service}:${region}:${account}:${name}`;
}
