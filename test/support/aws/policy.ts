import { CommonFault } from './protocol/wire.ts';
import type { Caller } from './service.ts';

/** Who may do what: everything, but for what is denied. */
export class Policy {
  readonly #denied: Denial[] = [];

  /** Denies a right (`ecs:CreateService`, `ecs:*`), in one account or in all, until the function that is returned is called. */
  deny(right: string, account?: string): () => void {
    const denial = { pattern: patternOf(right), account };
    this.#denied.push(denial);
    return () => void this.#denied.splice(this.#denied.indexOf(denial), 1);
  }

  allows(right: string, account: string): boolean {
    return !this.#denied.some((it) => it.pattern.test(right) && (!it.account || it.account === account));
  }

  /** Throws what AWS answers when the right is missing. */
  check(right: string, { account, caller }: { account: string; caller: Caller }, resource = '*'): void {
    if (!right || this.allows(right, account)) return;
    const reason = `because no identity-based policy allows the ${right} action`;
    throw new CommonFault(
      'denied',
      `User: ${caller.arn} is not authorized to perform: ${right} on resource: ${resource} ${reason}`,
    );
  }
}

interface Denial {
  readonly pattern: RegExp;
  readonly account: string | undefined;
}

function patternOf(right: string): RegExp {
  const escaped = right.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i');
}
