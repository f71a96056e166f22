import { createHash, randomBytes } from 'node:crypto';
import { CommonFault } from './protocol/wire.ts';
import type { Caller } from './service.ts';

export interface Credential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly account: string;
  readonly caller: Caller;
}

/** Who may sign: one user per account at first, then the sessions of assumed roles. */
export class Credentials {
  /** Access key → account. */
  readonly accounts = new Map<string, string>();
  readonly #byKey = new Map<string, Credential>();
  readonly #expired = new Set<string>();

  constructor(accounts: readonly string[]) {
    for (const account of accounts) this.#add(userOf(account));
  }

  /** The user of an account. */
  of(account: string): Credential {
    const found = [...this.#byKey.values()].find((it) => it.account === account && !it.sessionToken);
    if (!found) throw new Error(`the stand-in has no account ${account}`);
    return found;
  }

  /** A session of a role. */
  session(account: string, role: string, session: string): Credential {
    const roleId = `AROA${digest(`${account}/${role}`, 17)}`;
    return this.#add({
      accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: randomBytes(96).toString('base64'),
      account,
      caller: {
        arn: `arn:aws:sts::${account}:assumed-role/${role}/${session}`,
        userId: `${roleId}:${session}`,
      },
    });
  }

  /** From here on calls with this key are told that their token has expired. */
  expire(accessKeyId: string): void {
    this.#expired.add(accessKeyId);
  }

  /** The credential of a call, or what AWS answers about it. */
  check(accessKeyId: string, sessionToken: string | undefined): Credential {
    const found = this.#byKey.get(accessKeyId);
    if (!found) throw new CommonFault('unknown_key', 'The security token included in the request is invalid.');
    if (this.#expired.has(accessKeyId))
      throw new CommonFault('expired', 'The security token included in the request is expired');
    if (found.sessionToken !== sessionToken)
      throw new CommonFault('unknown_key', 'The security token included in the request is invalid.');
    return found;
  }

  #add(credential: Credential): Credential {
    this.#byKey.set(credential.accessKeyId, credential);
    this.accounts.set(credential.accessKeyId, credential.account);
    return credential;
  }
}

function userOf(account: string): Credential {
  return {
    accessKeyId: `AKIA${digest(account, 16)}`,
    secretAccessKey: createHash('sha256').update(`secret of ${account}`).digest('base64').slice(0, 40),
    account,
    caller: { arn: `arn:aws:iam::${account}:user/deployer`, userId: `AIDA${digest(`user ${account}`, 17)}` },
  };
}

function digest(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').toUpperCase().slice(0, length);
}
