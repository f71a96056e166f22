import { DeployerError } from '../../core/errors.ts';
import type { ProviderWorld } from '../../core/provider.ts';
import { storeAddress } from '../web-store.ts';
import { VAULT } from './answers.ts';

/** Where Vault is, and as whom it is asked. Holds credentials in the clear: never to be shown. */
export interface VaultAccess {
  /** Without a slash at the end. */
  readonly address: string;
  readonly namespace?: string;
  readonly credentials: Credentials;
}

export type Credentials =
  | { readonly kind: 'token'; readonly token: string }
  | {
      readonly kind: 'login';
      /** Words for messages. */
      readonly method: 'AppRole' | 'JWT';
      /** Where the method is mounted below `auth/`. */
      readonly mount: string;
      readonly body: Readonly<Record<string, string>>;
    };

type Environment = ProviderWorld['environment'];

/** Reads what `vault` and `bao` read, and the names for logins. Throws `MISSING_ENV`, `AUTH_FAILED`, `INVALID_CONFIG`. */
export function vaultAccess(environment: Environment): VaultAccess {
  const namespace = named(environment, 'NAMESPACE');
  return {
    address: addressOf(named(environment, 'ADDR')),
    ...(namespace ? { namespace } : {}),
    credentials: credentialsOf(environment),
  };
}

/** OpenBao has names of its own and takes those of Vault too. An empty variable is none: CI sets unknown secrets so. */
function named(environment: Environment, name: string): string | undefined {
  return environment[`VAULT_${name}`]?.trim() || environment[`BAO_${name}`]?.trim() || undefined;
}

function addressOf(text: string | undefined): string {
  if (text === undefined)
    throw new DeployerError({
      code: 'MISSING_ENV',
      reason: 'VAULT_ADDR is not set',
      fix: 'Set VAULT_ADDR where deployer runs, such as https://vault.example.com:8200',
    });
  return storeAddress(text, VAULT);
}

function credentialsOf(environment: Environment): Credentials {
  const token = named(environment, 'TOKEN');
  if (token) return { kind: 'token', token };
  const mount = named(environment, 'AUTH_PATH')?.replace(/^\/+|\/+$/g, '');
  const [role_id, secret_id] = [named(environment, 'ROLE_ID'), named(environment, 'SECRET_ID')];
  if (role_id && secret_id) return login('AppRole', mount ?? 'approle', { role_id, secret_id });
  const [jwt, role] = [named(environment, 'JWT'), named(environment, 'AUTH_ROLE')];
  if (jwt) return login('JWT', mount ?? 'jwt', { jwt, ...(role ? { role } : {}) });
  throw new DeployerError({
    code: 'AUTH_FAILED',
    reason: 'There are no credentials for Vault',
    fix: 'Set VAULT_TOKEN, or VAULT_ROLE_ID and VAULT_SECRET_ID, or VAULT_JWT and VAULT_AUTH_ROLE where deployer runs',
  });
}

function login(method: 'AppRole' | 'JWT', mount: string, body: Readonly<Record<string, string>>): Credentials {
  return { kind: 'login', method, mount, body };
}
