import type { Project } from '../project.ts';
import type { Held, PolicyDocument } from './policy.ts';
import { IN_TROUBLE } from './rights-in-trouble.ts';
import type { AwsServer } from './server.ts';

/** Accounts whose callers are held to what `deployer aws policy` prints for a kind, and what of it they needed. */
export class PrintedPolicy {
  readonly #printed = new Set<string>();
  readonly #held: Held[] = [];
  readonly #server: AwsServer;
  readonly #kind: keyof typeof IN_TROUBLE;

  constructor(server: AwsServer, kind: keyof typeof IN_TROUBLE) {
    this.#server = server;
    this.#kind = kind;
  }

  /** From here on the policy of this project, in place of one before. */
  async holds(project: Project, accounts: readonly string[]): Promise<void> {
    const { stdout } = await project.ok(['aws', 'policy', '--kind', this.#kind]);
    const policy: PolicyDocument = JSON.parse(stdout);
    for (const right of policy.Statement.flatMap(({ Action }) => Action)) this.#printed.add(right);
    this.#held.push(...accounts.map((account) => this.#server.allowOnly(account, policy)));
  }

  /** Rights that no scenario of the kind needs. */
  inTrouble(): readonly string[] {
    return Object.keys(IN_TROUBLE[this.#kind]);
  }

  /** Rights that were printed, and that nobody needed. */
  unused(): readonly string[] {
    const used = new Set(this.#held.flatMap((held) => [...held.used]));
    return [...this.#printed].filter((right) => !used.has(right)).sort();
  }
}
