import { EventTail, type StackEvent } from './events.ts';
import { type Cloudformation, isBusy, lookAtStack, type StackContext, type StackView } from './look.ts';

const LOOK_EVERY = 3_000;
const FIRST_EVERY = 1_000;
const FIRST_LOOKS = 30;

/** How what was under way ended. */
export interface StackEnd {
  /** As it is now; undefined when it is gone. */
  readonly stack: StackView | undefined;
  readonly failed: readonly StackEvent[];
}

/**
 * Follows what is under way in a stack to its end, and tells its events to the log. Ends at once when nothing is. The time
 * limit is the signal's.
 */
export async function followStack(
  cloud: Cloudformation,
  stack: StackView,
  context: StackContext,
  what: 'change' | 'deletion' = stack.status === 'DELETE_IN_PROGRESS' ? 'deletion' : 'change',
): Promise<StackEnd> {
  const tail = new EventTail(cloud, stack, context, what);
  for (;;) {
    // By its id, under which a stack is found that is deleted meanwhile.
    const now = await lookAtStack(cloud, stack.id);
    await tail.read();
    if (!now || now.status === 'DELETE_COMPLETE') return { stack: undefined, failed: tail.failed };
    if (!isBusy(now)) return { stack: now, failed: tail.failed };
    await context.clock.sleep(LOOK_EVERY, context.signal);
  }
}

/** Follows what was just begun: the stack may show itself as it was before for a moment. */
export async function followBegun(
  cloud: Cloudformation,
  before: StackView,
  context: StackContext,
  what: 'change' | 'deletion',
): Promise<StackEnd> {
  for (let look = 0; look < FIRST_LOOKS; look++) {
    const now = await lookAtStack(cloud, before.id);
    if (now?.status !== before.status || now.changed !== before.changed) break;
    await context.clock.sleep(FIRST_EVERY, context.signal);
  }
  return followStack(cloud, before, context, what);
}
