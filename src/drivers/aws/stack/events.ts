import { printableLine } from '../../../core/text.ts';
import type { Cloudformation, StackContext, StackView } from './look.ts';

/** What happened to one thing of a stack. */
export interface StackEvent {
  readonly id: string;
  readonly resource: string;
  readonly type: string;
  readonly physicalId: string;
  readonly status: string;
  readonly reason: string;
}

/** The events of what is being done to a stack, from its beginning; tells each once to the log. */
export class EventTail {
  readonly #cloud: Cloudformation;
  readonly #stack: StackView;
  readonly #context: StackContext;
  readonly #beginning: RegExp;
  readonly #events: StackEvent[] = [];

  constructor(cloud: Cloudformation, stack: StackView, context: StackContext, what: 'change' | 'deletion') {
    this.#cloud = cloud;
    this.#stack = stack;
    this.#context = context;
    // A change has its roll-back in it, and may end with the deletion of what it could not create.
    this.#beginning = what === 'change' ? /^(?:CREATE|UPDATE|REVIEW)_IN_PROGRESS$/ : /^DELETE_IN_PROGRESS$/;
  }

  /** Reads what is new. */
  async read(): Promise<void> {
    for (const event of (await this.#newest()).reverse()) {
      this.#events.push(event);
      this.#context.log(lineOf(event), 'info');
    }
  }

  /** What failed, in the order of time; first of all what made others be called off. */
  get failed(): readonly StackEvent[] {
    return this.#events.filter(({ status, physicalId }) => status.endsWith('_FAILED') && physicalId !== this.#stack.id);
  }

  /** Newest first, back to the last one known, or to where what is under way began. */
  async #newest(): Promise<StackEvent[]> {
    const found: StackEvent[] = [];
    const known = this.#events.at(-1)?.id;
    let NextToken: string | undefined;
    do {
      const page = await this.#cloud.describeStackEvents({
        StackName: this.#stack.id,
        ...(NextToken && { NextToken }),
      });
      for (const it of page.StackEvents ?? []) {
        const event = eventOf(it);
        if (event.id === known) return found;
        found.push(event);
        if (this.#isBeginning(event)) return found;
      }
      NextToken = page.NextToken;
    } while (NextToken);
    return found;
  }

  #isBeginning({ physicalId, status }: StackEvent): boolean {
    return physicalId === this.#stack.id && this.#beginning.test(status);
  }
}

type Told = NonNullable<Awaited<ReturnType<Cloudformation['describeStackEvents']>>['StackEvents']>[number];

function eventOf(it: Told): StackEvent {
  return {
    id: it.EventId ?? '',
    resource: it.LogicalResourceId ?? '',
    type: it.ResourceType ?? '',
    physicalId: it.PhysicalResourceId ?? '',
    status: it.ResourceStatus ?? '',
    reason: it.ResourceStatusReason ?? '',
  };
}

function lineOf({ resource, type, status, reason }: StackEvent): string {
  const state = status.toLowerCase().replaceAll('_', ' ');
  const why = status.endsWith('_FAILED') && reason ? `: ${reason}` : '';
  return printableLine(`${resource} (${type}): ${state}${why}`);
}
