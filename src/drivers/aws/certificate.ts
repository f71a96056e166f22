import { GLOBAL_REGION } from '../../aws/aws.ts';
import { hasCode } from '../../aws/failure.ts';
import type { Target } from '../../core/driver.ts';
import { DeployerError } from '../../core/errors.ts';
import type { Finding } from '../../core/finding.ts';
import type { Json } from '../../core/json.ts';
import { list } from '../../core/text.ts';
import type { Account } from './account.ts';
import type { ContainerOptions } from './options/container.ts';
import type { StaticOptions } from './options/static.ts';

/** A certificate that options name, and what it is for. */
export interface Certified {
  readonly option: string;
  readonly arn: string;
  /** Names that users ask for. */
  readonly hosts: readonly string[];
  /** Where it has to be. */
  readonly region: string;
  readonly acm: 'acm' | 'edgeAcm';
}

/** Of a distribution's domains. */
export function siteCertificate({ domains, certificate }: StaticOptions): Certified | undefined {
  if (certificate === undefined) return undefined;
  return { option: 'certificate', arn: certificate, hosts: domains, region: GLOBAL_REGION, acm: 'edgeAcm' };
}

/** Of a load balancer's names. */
export function balancerCertificate({ options, region }: Account<ContainerOptions>): Certified | undefined {
  const { balancer_certificate: arn, host_names: hosts } = options;
  return arn === undefined ? undefined : { option: 'balancer_certificate', arn, hosts, region, acm: 'acm' };
}

/** For what `provision` answers: a target that has all this already needs no look. */
export function certifiedBy({ arn, hosts }: Certified): string {
  return [arn, ...hosts].join(' ');
}

/** What of a certificate would fail a stack after minutes. Who may not look is told so, and goes on. */
export async function certificateFindings(
  target: Target,
  account: Account,
  certified: Certified | undefined,
): Promise<readonly Finding[]> {
  const { certified: known } = (target.resource ?? {}) as { certified?: Json };
  if (!certified || known === certifiedBy(certified)) return [];
  const wrong = (level: Finding['level'], code: Finding['code'], what: string, fix: string): Finding => ({
    level,
    code,
    message: `The certificate ${certified.arn} ${what}`,
    path: `services.${target.service.name}.aws.${certified.option}`,
    fix,
  });
  const [, , , region, owner] = certified.arn.split(':');
  // A service of AWS takes none from another region or account, whoever may see it.
  if (region !== certified.region || owner !== account.id)
    return [wrong('error', 'GATE_REFUSED', `is not in ${certified.region} of ${account.id}`, 'Name one that is there')];
  try {
    const { describeCertificate } = await account.aws[certified.acm]();
    const { Certificate } = await describeCertificate({ CertificateArn: certified.arn });
    return faultsOf(Certificate, certified).map(([what, fix]) => wrong('error', 'GATE_REFUSED', what, fix));
  } catch (error) {
    if (hasCode(error, 'ResourceNotFound'))
      return [wrong('error', 'NOT_FOUND', 'does not exist', 'Correct the ARN, or request a certificate')];
    if (!(error instanceof DeployerError) || error.failure.code !== 'INSUFFICIENT_PERMISSIONS') throw error;
    const fix = 'Add the right acm:DescribeCertificate, or see for yourself that it is issued';
    return [wrong('warning', 'INSUFFICIENT_PERMISSIONS', 'could not be looked at', fix)];
  }
}

type Acm = Awaited<ReturnType<Account['aws']['acm']>>;
type Certificate = Awaited<ReturnType<Acm['describeCertificate']>>['Certificate'];

function faultsOf(certificate: Certificate, { hosts }: Certified): readonly (readonly [what: string, fix: string])[] {
  const { Status = 'not known', DomainName = '', SubjectAlternativeNames = [] } = certificate ?? {};
  const names = [DomainName, ...SubjectAlternativeNames].map((name) => name.toLowerCase());
  const bare = hosts.filter((host) => !names.some((name) => covers(name, host)));
  return [
    ...(Status === 'ISSUED' ? [] : [[`is not issued: ${Status}`, FIXES[Status] ?? 'Request another one'] as const]),
    ...(bare.length === 0 ? [] : [[`does not cover ${list(bare)}`, 'Request one that names them too'] as const]),
  ];
}

const FIXES: Readonly<Record<string, string>> = {
  PENDING_VALIDATION: 'Make the DNS records that ACM asks for, and wait until it is issued',
};

/** A star stands for one label, and covers itself. */
function covers(name: string, host: string): boolean {
  return name === host || (name.startsWith('*.') && host.slice(host.indexOf('.')) === name.slice(1));
}
