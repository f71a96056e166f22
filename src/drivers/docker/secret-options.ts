import type { Json, JsonObject } from '../../core/json.ts';
import { isObject, type OptionCheck, wrong } from '../option-checks.ts';

/** Where images go between the engine that builds them and the hosts. */
export interface RegistryOptions {
  /** Host and folder; the image of a service is named below it. */
  readonly repository: string;
  readonly username?: string;
  /** Reference to a secret. */
  readonly password?: string;
}

/** References to secrets: what authorities gave out for the host names, in PEM form. */
export interface GivenCertificate {
  /** With those between it and its authority. */
  readonly certificate: string;
  readonly key: string;
}

/** The host is written out, so that no name is taken for one of a public hub by accident. */
const REPOSITORY =
  /^(?=.{1,180}$)(?:[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d{1,5})?|[a-z0-9-]+:\d{1,5}|localhost)(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/;

/** Names of credentials: paths of options. */
export const CREDENTIAL = {
  password: 'registry.password',
  certificate: 'tls.certificate',
  key: 'tls.key',
} as const;

/** What the options refer to. */
export function references({ registry, tls }: JsonObject): Record<string, string> {
  const { password } = (registry ?? {}) as Partial<RegistryOptions>;
  const given = isObject(tls) ? (tls as unknown as GivenCertificate) : undefined;
  return {
    ...(password === undefined ? {} : { [CREDENTIAL.password]: password }),
    ...(given ? { [CREDENTIAL.certificate]: given.certificate, [CREDENTIAL.key]: given.key } : {}),
  };
}

export function checkRegistry(value: unknown): OptionCheck {
  const { repository, username, password, ...others } = (isObject(value) ? value : {}) as Record<string, unknown>;
  if (typeof repository !== 'string' || !REPOSITORY.test(repository) || Object.keys(others).length > 0)
    return wrong(
      'does not describe a registry',
      'repository, such as registry.example.com/shop, username and password',
    );
  if ((username === undefined) !== (password === undefined))
    return wrong('has half an account', 'username and password, or neither');
  if (username !== undefined && (!isText(username) || username.includes(':')))
    return wrong('has no username', 'a username without a colon');
  if (password !== undefined && !isText(password)) return wrong('has no password', 'a reference such as env:NAME');
  return { value: value as Json };
}

export function checkTls(value: unknown): OptionCheck {
  if (value === 'automatic' || value === 'off') return { value };
  const { certificate, key, ...others } = (isObject(value) ? value : {}) as Record<string, unknown>;
  const right = isText(certificate) && isText(key) && Object.keys(others).length === 0;
  return right
    ? { value: { certificate, key } }
    : wrong('is not known', 'automatic, off, or references { certificate, key }');
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

const reference = (description: string) => ({ type: 'string', description });

export const registrySchema: JsonObject = {
  type: 'object',
  additionalProperties: false,
  required: ['repository'],
  properties: {
    repository: {
      type: 'string',
      description: 'Such as registry.example.com/shop; images are named <repository>/<service>',
    },
    username: { type: 'string', description: 'Of the account there; that of `docker login` when left out' },
    password: reference('Reference to a secret, such as env:REGISTRY_PASSWORD'),
  },
  description: 'Carries images from where they are built to the hosts; without one they go from engine to engine',
};

export const tlsSchema: JsonObject = {
  anyOf: [
    { enum: ['automatic', 'off'] },
    {
      type: 'object',
      additionalProperties: false,
      required: ['certificate', 'key'],
      properties: {
        certificate: reference('Reference to a secret: the certificate for the host names, and its chain, as PEM'),
        key: reference('Reference to a secret: its private key, as PEM'),
      },
    },
  ],
  default: 'automatic',
  description: 'Certificates for the host names; without host names it is plain HTTP',
};
