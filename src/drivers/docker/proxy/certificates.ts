import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Finding } from '../../../core/finding.ts';
import { reveal } from '../../../core/secret.ts';
import { readFolder } from '../../image/engine/files.ts';
import { type TarMember, textMember } from '../../tar.ts';
import type { Host } from '../host.ts';
import { routeName } from '../names.ts';
import { type DockerOptions, readOptions } from '../options.ts';
import { CREDENTIAL, type GivenCertificate } from '../secret-options.ts';
import { FOLDER } from './caddy.ts';

const DAY = 86_400_000;
/** Before it ends, somebody has to get a new one. */
const SOON = 14 * DAY;

/** A certificate that the config gives, checked. */
interface Given {
  /** Certificate, chain and key together, as the proxy reads them. */
  readonly text: string;
  /** Ends, ms since 1970. */
  readonly end: number;
}

/** What the proxy's volume gets of it. */
export interface CertificateFiles {
  /** Beside what the proxy was told: tells whether the certificate is this one, and nothing about the key. */
  readonly note: readonly [path: string, text: string];
  /** Below `/config`, for the proxy's user only; takes its place by a rename. */
  readonly member: TarMember;
}

/** `undefined` when the service has none. Throws `MISSING_ENV`, or `INVALID_ENV` for one that would not do. */
export function certificateFiles(target: Target, context: DriverContext): CertificateFiles | undefined {
  const given = readGiven(target, context);
  if (!given) return undefined;
  const route = routeName(target);
  const member = { ...textMember(`certificates/${route}.new`, given.text), mode: 0o600 };
  return { note: [notePath(route), digestOf(given.text)], member };
}

/** Below the proxy's folder. */
export function notePath(route: string): string {
  return `certificates/${route}`;
}

/** What a plan can say of the certificate of a service. */
export async function certificateFindings(
  hosts: readonly Host[],
  target: Target,
  context: DriverContext,
): Promise<readonly Finding[]> {
  if (!(CREDENTIAL.certificate in context.credentials) || !(CREDENTIAL.key in context.credentials)) return [];
  try {
    const given = readGiven(target, context);
    if (!given) return [];
    const others = await Promise.all(hosts.map((host) => hasAnother(host, target, given)));
    return [...endFindings(target, given, context.clock.now()), ...(others.some(Boolean) ? [renewed(target)] : [])];
  } catch (error) {
    if (!(error instanceof DeployerError) || error.code !== 'INVALID_ENV') throw error;
    const { code, reason, fix } = error.failure;
    return [{ level: 'error', code, message: reason, path: optionPath(target), ...(fix ? { fix } : {}) }];
  }
}

/** A proxy that has no note yet gets its certificate by the deploy. */
async function hasAnother({ engine, shared }: Host, target: Target, { text }: Given): Promise<boolean> {
  const files = (await readFolder(engine, shared.proxy, `${FOLDER}/certificates`)) ?? [];
  const note = files.find(({ path }) => path === routeName(target));
  return note !== undefined && note.text !== digestOf(text);
}

function readGiven(target: Target, { credentials }: DriverContext): Given | undefined {
  const options = readOptions(target.service.options);
  if (!isGiven(options)) return undefined;
  const read = (name: 'certificate' | 'key') => {
    const value = credentials[CREDENTIAL[name]];
    if (value === undefined) throw missing(target, name, options.tls[name]);
    return `${reveal(value).trim()}\n`;
  };
  const [certificate, key] = [read('certificate'), read('key')];
  const leaf = parsed(() => new X509Certificate(certificate), target, 'certificate is no certificate in PEM form');
  const secret = parsed(() => createPrivateKey(key), target, 'key is no private key in PEM form without a password');
  if (!leaf.checkPrivateKey(secret)) throw unfit(target, 'key does not belong to the certificate');
  const stranger = options.host_names.find((name) => !leaf.checkHost(name.replace(/^\*/, 'any'), { wildcards: true }));
  if (stranger !== undefined) throw unfit(target, `certificate is not for ${stranger}`);
  return { text: certificate + key, end: Date.parse(leaf.validTo) };
}

function isGiven(options: DockerOptions): options is DockerOptions & { readonly tls: GivenCertificate } {
  return !options.worker && typeof options.tls === 'object';
}

function parsed<T>(parse: () => T, target: Target, otherwise: string): T {
  try {
    return parse();
  } catch {
    throw unfit(target, otherwise);
  }
}

function endFindings(target: Target, { end }: Given, now: number): readonly Finding[] {
  if (end - now > SOON) return [];
  const over = end <= now;
  const when = over ? 'is over' : `ends in ${Math.ceil((end - now) / DAY)} days`;
  return [
    {
      level: over ? 'error' : 'warning',
      code: 'INVALID_ENV',
      message: `The certificate of ${target.service.name} ${when}`,
      path: optionPath(target),
      fix: 'Put a renewed one where docker.tls refers to',
    },
  ];
}

function renewed({ service, environment }: Target): Finding {
  return {
    level: 'warning',
    code: 'DRIFT',
    message: `The proxy has another certificate of ${service.name} than the one given now`,
    fix: `Bring it there, if no deploy is due: deployer redeploy --env ${environment}`,
  };
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function optionPath({ service }: Target): string {
  return `services.${service.name}.docker.tls`;
}

function missing({ service }: Target, name: string, reference: string): DeployerError {
  return new DeployerError({
    code: 'MISSING_ENV',
    stage: 'provision',
    reason: `docker.tls.${name} of ${service.name}: ${reference} cannot be read`,
    fix: 'Put it where the reference leads',
  });
}

function unfit({ service }: Target, what: string): DeployerError {
  return new DeployerError({
    code: 'INVALID_ENV',
    stage: 'provision',
    reason: `docker.tls of ${service.name}: the ${what}`,
    fix: 'Correct what the references in docker.tls lead to',
  });
}
