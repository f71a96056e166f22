import type { AwsCall } from '../service.ts';
import type { Tag, Tags } from '../tags.ts';

/**
 * How a type of resource comes into another service's state, changes there and goes. Failures are thrown as `AwsFault`s,
 * as the service itself would have them; they become the reason of the event.
 */
export interface ResourceHandler {
  create(properties: Properties, context: ResourceContext): Made | Promise<Made>;
  /** Called when only properties changed that can be changed in place. Left out: all of them replace the resource. */
  update?(physicalId: string, properties: Properties, context: ResourceContext): Made | Promise<Made>;
  /** Not called for what never was made. A resource that is gone already is no failure. */
  remove(physicalId: string, context: ResourceContext, properties: Properties): void | Promise<void>;
}

/** Properties with references resolved, held against the published specification before. */
// biome-ignore lint/suspicious/noExplicitAny: the properties of any type
export type Properties = Readonly<Record<string, any>>;

export interface Made {
  /** What `Ref` gives. */
  readonly physicalId: string;
  /** What `Fn::GetAtt` gives, by name (`Arn`, `DNSName`, `Endpoint.Address`). */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** The stack's caller, as in a call of an operation, with what belongs to the resource. */
export interface ResourceContext extends AwsCall {
  readonly stackName: string;
  readonly stackId: string;
  readonly logicalId: string;
  /** A name as CloudFormation makes it when none is given: stack, logical id, chance; of at most so many characters. */
  name(limit: number): string;
  /** The resource's own tags with those of the stack, and those that CloudFormation sets. */
  tags(own: readonly Tag[] | undefined): Tags;
}
