import { readFile } from 'node:fs/promises';
import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { reveal, Secret } from '../../../core/secret.ts';
import { configFile } from '../../image/engine/endpoint.ts';
import { readOptions } from '../options.ts';
import { CREDENTIAL, type RegistryOptions } from '../secret-options.ts';

const HELPER_LIMIT = 30_000;
/** What the public hub is called among the accounts of the docker command. */
const HUB = 'https://index.docker.io/v1/';

/** Who we are at a registry; a token where somebody logged in without a password of their own. */
export type Account =
  | { readonly username: string; readonly password: Secret }
  | { readonly username: string; readonly token: Secret };

/**
 * The account that the config names, else the one that the docker command of this machine would use; `undefined` for
 * none. Throws `MISSING_ENV` where the password cannot be read.
 */
export async function findAccount(target: Target, context: DriverContext): Promise<Account | undefined> {
  const { registry } = readOptions(target.service.options);
  if (!registry) return undefined;
  if (registry.username === undefined) return commandAccount(registry, context);
  const password = context.credentials[CREDENTIAL.password];
  if (password === undefined) throw missing(target, registry);
  return { username: registry.username, password };
}

/** As the engine's API wants it with each request, so that the host keeps nothing: JSON in base64 for URLs, padded. */
export function authHeader({ repository }: RegistryOptions, account: Account | undefined): string {
  const text = JSON.stringify(account ? authBody({ repository }, account) : {});
  return Buffer.from(text).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

export function authBody({ repository }: RegistryOptions, account: Account): Record<string, string> {
  const serveraddress = addressOf(repository);
  if ('token' in account) return { identitytoken: reveal(account.token), serveraddress };
  return { username: account.username, password: reveal(account.password), serveraddress };
}

/** Of the registry itself. */
export function hostOf(repository: string): string {
  return repository.split('/', 1)[0] ?? '';
}

function addressOf(repository: string): string {
  const host = hostOf(repository);
  return host === 'docker.io' ? HUB : host;
}

interface CommandConfig {
  readonly auths?: Readonly<Record<string, { readonly auth?: string; readonly identitytoken?: string }>>;
  readonly credHelpers?: Readonly<Record<string, string>>;
  readonly credsStore?: string;
}

async function commandAccount(registry: RegistryOptions, context: DriverContext): Promise<Account | undefined> {
  const text = await readFile(configFile(context.settings), 'utf8').catch(() => '{}');
  const config = parsed<CommandConfig>(text) ?? {};
  const address = addressOf(registry.repository);
  const helper = config.credHelpers?.[hostOf(registry.repository)] ?? config.credsStore;
  if (helper !== undefined) return helperAccount(helper, address, context);
  const { auth, identitytoken } = config.auths?.[address] ?? config.auths?.[`https://${address}`] ?? {};
  if (!auth) return undefined;
  const [username = '', ...rest] = Buffer.from(auth, 'base64').toString('utf8').split(':');
  if (identitytoken) return { username, token: new Secret(identitytoken) };
  return { username, password: new Secret(rest.join(':')) };
}

/** A program that keeps the passwords of the docker command: it is told a registry and says who we are there. */
async function helperAccount(helper: string, address: string, context: DriverContext): Promise<Account | undefined> {
  if (!/^[\w.-]+$/.test(helper)) return undefined;
  const { root: cwd, settings, signal, processes } = context;
  const request = { cwd, env: settings, signal, timeout: HELPER_LIMIT, stdin: address };
  const { exitCode, stdout } = await processes.run({ argv: [`docker-credential-${helper}`, 'get'], ...request });
  const said = exitCode === 0 ? parsed<{ Username?: string; Secret?: string }>(stdout) : undefined;
  if (!said?.Username || !said.Secret) return undefined;
  const secret = new Secret(said.Secret);
  return said.Username === '<token>'
    ? { username: said.Username, token: secret }
    : { username: said.Username, password: secret };
}

function parsed<T>(json: string): T | undefined {
  try {
    return JSON.parse(json) as T;
  } catch {
    return undefined;
  }
}

function missing({ service }: Target, { password }: RegistryOptions): DeployerError {
  return new DeployerError({
    code: 'MISSING_ENV',
    stage: 'deploy',
    reason: `docker.registry.password of ${service.name}: ${password} cannot be read`,
    fix: 'Put it where the reference leads',
  });
}
