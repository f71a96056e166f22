import { CommonFault } from '../protocol/wire.ts';
import { type AwsCall, AwsFault } from '../service.ts';
import type { Tag, Tags } from '../tags.ts';
import { HANDLERS } from './handlers.ts';
import type { Made, ResourceContext, ResourceHandler } from './resources.ts';
import { needsOfResource } from './rights.ts';
import { type Stack, type StackResource, takeFailing } from './state.ts';

/** A resource that could not be brought about; its event says why. */
export class ResourceFailure extends Error {}

/** Writes an event of a resource, and its status. */
export function tell(stack: Stack, call: AwsCall, resource: StackResource, status: string, reason?: string): void {
  resource.status = status;
  resource.reason = reason;
  resource.at = call.world.now();
  event(stack, resource.logicalId, resource.made?.physicalId ?? '', resource.type, resource.at, status, reason);
}

/** Writes an event of the stack itself, and its status. */
export function tellStack(stack: Stack, call: AwsCall, status: string, reason?: string): void {
  stack.status = status;
  stack.reason = reason;
  event(stack, stack.name, stack.id, 'AWS::CloudFormation::Stack', call.world.now(), status, reason);
}

function event(stack: Stack, name: string, id: string, type: string, at: Date, status: string, reason?: string): void {
  stack.events.push({
    EventId: `${name}-${status}-${at.toISOString()}`,
    LogicalResourceId: name,
    PhysicalResourceId: id,
    ResourceType: type,
    Timestamp: at,
    ResourceStatus: status,
    ResourceStatusReason: reason,
    ClientRequestToken: stack.token,
  });
}

type Moment = 'create' | 'update' | 'remove';
const DOING = { create: 'CREATE', update: 'UPDATE', remove: 'DELETE' } as const;

/** Makes, changes or removes a resource in its service; tells its end. Throws a {@link ResourceFailure}. */
export async function perform<T>(
  stack: Stack,
  call: AwsCall,
  resource: StackResource,
  moment: Moment,
  work: (handler: ResourceHandler, context: ResourceContext) => T | Promise<T>,
): Promise<T> {
  const handler = HANDLERS[resource.type] as ResourceHandler;
  try {
    const failing = takeFailing(call, resource, moment);
    if (failing) throw new ResourceFailure(failing);
    const context = contextOf(stack, call, resource);
    const about = { ...resource, physicalId: resource.made?.physicalId };
    for (const need of needsOfResource(moment, about, context)) call.world.policy.check(need, call);
    const result = await work(handler, context);
    if (moment !== 'remove') resource.made = result as Made;
    tell(stack, call, resource, `${DOING[moment]}_COMPLETE`);
    return result;
  } catch (error) {
    const reason = reasonOf(error, resource, call);
    tell(stack, call, resource, `${DOING[moment]}_FAILED`, reason);
    throw new ResourceFailure(reason);
  }
}

/** As CloudFormation hands on what a service refused. Anything else is a fault of the stand-in. */
function reasonOf(error: unknown, { type }: StackResource, { request, world }: AwsCall): string {
  if (error instanceof ResourceFailure) return error.message;
  const known = error instanceof AwsFault || error instanceof CommonFault;
  if (!known) throw error;
  const [code, status] = error instanceof AwsFault ? [error.code, error.status ?? 400] : ['AccessDenied', 403];
  const service = type.split('::')[1];
  const told = `${error.message} (Service: ${service}, Status Code: ${status}, Request ID: ${request})`;
  return `Resource handler returned message: "${told}" (RequestToken: ${world.uuid()}, HandlerErrorCode: ${handlerCode(code)})`;
}

function handlerCode(code: string): string {
  if (/AccessDenied|Unauthorized/.test(code)) return 'AccessDenied';
  if (/Exists|Duplicate|AlreadyOwned/.test(code)) return 'AlreadyExists';
  if (/LimitExceeded|TooMany/.test(code)) return 'ServiceLimitExceeded';
  if (/Throttl/.test(code)) return 'Throttling';
  if (/NotFound|NoSuch/.test(code)) return 'NotFound';
  return /Invalid|Validation|Malformed/.test(code) ? 'InvalidRequest' : 'GeneralServiceException';
}

export function contextOf(stack: Stack, call: AwsCall, { logicalId }: StackResource): ResourceContext {
  return {
    ...call,
    stackName: stack.name,
    stackId: stack.id,
    logicalId,
    name: (limit) => nameOf(stack.name, logicalId, call.world.hex(12), limit),
    tags: (own) => tagsFor(stack, logicalId, own ?? []),
  };
}

/** As was seen at AWS, which documents none of it: of a name that is too long, stack and logical id have half of the room each. */
function nameOf(stack: string, logicalId: string, chance: string, limit: number): string {
  const whole = `${stack}-${logicalId}-${chance}`;
  if (whole.length <= limit) return whole;
  const room = limit - chance.length - 2;
  return `${stack.slice(0, Math.ceil(room / 2))}-${logicalId.slice(0, Math.floor(room / 2))}-${chance}`;
}

function tagsFor(stack: Stack, logicalId: string, own: readonly Tag[]): Tags {
  return new Map([
    ...stack.design.tags,
    ...own.map(({ Key, Value }) => [Key, Value] as const),
    ['aws:cloudformation:stack-name', stack.name],
    ['aws:cloudformation:stack-id', stack.id],
    ['aws:cloudformation:logical-id', logicalId],
  ]);
}
