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

/** Users of an account: who deploys, and who may do everything whatever others are held to. */
export type User = 'deployer' | 'administrator';

/** Who may sign: two users per account at first, then the sessions of assumed roles. */
export class Credentials {
  /** Access key → account. */
  readonly accounts = new Map<string, string>();
  readonly #byKey = new Map<string, Credential>();
  readonly #expired = new Set<string>();

  constructor(accounts: readonly string[]) {
    for (const account of accounts)
      for (const user of ['deployer', 'administrator'] as const) this.#add(userOf(account, user));
  }

  /** A user of an account. */
  of(account: string, user: User = 'deployer'): Credential {
    const found = this.#byKey.get(userOf(account, user).accessKeyId);
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

function userOf(account: string, user: User): Credential {
  return {
    accessKeyId: `AKIA${digest(`${user} ${account}`, 16)}`,
    secretAccessKey: createHash('sha256').update(`secret of ${user} ${account}`).digest('base64').slice(0, 40),
    account,
    caller: {
      arn: `arn:aws:iam::${account}:user/${user}`,
      userId: `AIDA${digest(`${user} of ${account}`, 17)}`,
      ...(user === 'administrator' ? { administers: true } : {}),
    },
  };
}

function digest(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').toUpperCase().slice(0, length);
}
