import { CommonFault } from './protocol/wire.ts';
import type { Caller } from './service.ts';

/** What a call needs to be allowed: an action, with a thing (all of them unless given), and what conditions ask about. */
export interface Need {
  readonly right: string;
  readonly resource?: string | undefined;
  readonly context?: Readonly<Record<string, string>>;
}

/** Who asks. Who administers an account is held to no policy. */
export interface Asking {
  readonly account: string;
  readonly caller?: Caller;
}

/** A policy as IAM takes it, as far as those of deployer go: statements that allow, and texts that have to be equal. */
export interface PolicyDocument {
  readonly Statement: readonly {
    readonly Action: readonly string[];
    readonly Resource: string | readonly string[];
    readonly Condition?: { readonly StringEquals: Readonly<Record<string, string | readonly string[]>> };
  }[];
}

/** That the callers of an account are held to a policy. */
export interface Held {
  /** Rights of it that somebody needed. */
  readonly used: ReadonlySet<string>;
  lift(): void;
}

/** Who may do what: everything, but for what is denied, and what is in no policy that an account is held to. */
export class Policy {
  readonly #denied: Denial[] = [];
  readonly #held = new Map<string, Holding>();

  /** Denies a right (`ecs:CreateService`, `ecs:*`), in one account or in all, until the function that is returned is called. */
  deny(right: string, account?: string): () => void {
    const denial = { pattern: patternOf(right), account };
    this.#denied.push(denial);
    return () => void this.#denied.splice(this.#denied.indexOf(denial), 1);
  }

  /** From here on callers of the account may do what the policy says, and nothing else. */
  allowOnly(account: string, { Statement }: PolicyDocument): Held {
    const grants = Statement.map(({ Action, Resource, Condition }) => ({
      actions: new Set(Action),
      resources: [Resource].flat().map(patternOf),
      conditions: Object.entries(Condition?.StringEquals ?? {}).map(([key, values]) => ({
        key,
        values: [values].flat(),
      })),
    }));
    const holding = { grants, used: new Set<string>() };
    this.#held.set(account, holding);
    return { used: holding.used, lift: () => void this.#held.delete(account) };
  }

  allows(need: Need, { account, caller }: Asking): boolean {
    if (this.#denied.some((it) => it.pattern.test(need.right) && (!it.account || it.account === account))) return false;
    const holding = caller?.administers ? undefined : this.#held.get(account);
    return !holding || holding.grants.some((grant) => isIn(grant, need));
  }

  /** As {@link allows}, of what is done with it when it is there. */
  uses(need: Need, asking: Asking): boolean {
    const allowed = this.allows(need, asking);
    if (allowed && !asking.caller?.administers) this.#held.get(asking.account)?.used.add(need.right);
    return allowed;
  }

  /** Throws what AWS answers when the right is missing. */
  check(need: Need, asking: Asking & { readonly caller: Caller }): void {
    if (this.uses(need, asking)) return;
    const { right, resource = '*' } = need;
    const reason = `because no identity-based policy allows the ${right} action`;
    throw new CommonFault(
      'denied',
      `User: ${asking.caller.arn} is not authorized to perform: ${right} on resource: ${resource} ${reason}`,
    );
  }
}

interface Denial {
  readonly pattern: RegExp;
  readonly account: string | undefined;
}

interface Grant {
  readonly actions: ReadonlySet<string>;
  readonly resources: readonly RegExp[];
  readonly conditions: readonly { readonly key: string; readonly values: readonly string[] }[];
}

interface Holding {
  readonly grants: readonly Grant[];
  readonly used: Set<string>;
}

function isIn({ actions, resources, conditions }: Grant, { right, resource = '*', context = {} }: Need): boolean {
  return (
    actions.has(right) &&
    resources.some((pattern) => pattern.test(resource)) &&
    conditions.every(({ key, values }) => values.includes(context[key] ?? ''))
  );
}

function patternOf(right: string): RegExp {
  const escaped = right.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i');
}
