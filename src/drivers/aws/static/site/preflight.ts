import { hasCode, statusOf } from '../../../../aws/failure.ts';
import type { DriverContext, Target } from '../../../../core/driver.ts';
import { DeployerError } from '../../../../core/errors.ts';
import type { Finding } from '../../../../core/finding.ts';
import { type Account, openAccount } from '../../account.ts';
import { certificateFindings, siteCertificate } from '../../certificate.ts';
import { missingRights } from '../../examination.ts';
import type { StaticOptions } from '../../options/static.ts';
import { bucketName, hasNamespace } from '../names.ts';
import { rightsOf } from '../rights.ts';
import { bucketFindings } from './adopted-bucket.ts';
import { distributionFindings } from './adopted-distribution.ts';
import { findThings, movedFindings, type Things } from './things.ts';

/** Whether the account, the names, the certificate and what others have made can be used. Changes nothing. */
export async function preflight(target: Target, context: DriverContext): Promise<readonly Finding[]> {
  try {
    const account = await openAccount<StaticOptions>(target, context);
    const uncovered = domainsWithoutCertificate(target, account);
    const things = await findThings(target, account);
    const moved = movedFindings(target, account, things);
    if (moved.length > 0) return moved;
    const wanted = rightsOf(account.options);
    const lacking = things === undefined ? await missingRights(target, account, wanted) : [];
    return [
      ...lacking,
      ...uncovered,
      ...(await certificateFindings(target, account, siteCertificate(account.options))),
      ...(await bucketOf(target, account, things)),
      ...(await distributionOf(target, account, things)),
    ];
  } catch (error) {
    if (!(error instanceof DeployerError)) throw error;
    return [findingOf(error)];
  }
}

async function bucketOf(
  target: Target,
  account: Account<StaticOptions>,
  things: Things | undefined,
): Promise<readonly Finding[]> {
  const { bucket, distribution = things?.get('Distribution') } = account.options;
  if (bucket !== undefined) return bucketFindings(target, account, bucket, distribution);
  if (!things?.has('Bucket')) await refuseTaken(target, account, bucketName(target, account));
  return [];
}

function distributionOf(
  target: Target,
  account: Account<StaticOptions>,
  things: Things | undefined,
): Promise<readonly Finding[]> {
  const { distribution } = account.options;
  if (distribution === undefined) return takenDomains(target, account, things?.get('Distribution'));
  return distributionFindings(target, account, distribution, { made: things?.has('OnResponse') === true });
}

function findingOf({ failure }: DeployerError): Finding {
  const { code, reason, fix, detail = [] } = failure;
  const message = detail[0] === undefined ? reason : `${reason}: ${detail[0]}`;
  return { level: 'error', code, message, ...(fix ? { fix } : {}) };
}

function domainsWithoutCertificate({ service }: Target, { options }: Account<StaticOptions>): readonly Finding[] {
  if (options.domains.length === 0 || options.certificate !== undefined) return [];
  return [
    {
      level: 'error',
      code: 'INVALID_CONFIG',
      message: `CloudFront answers for ${options.domains[0]} only with a certificate that covers it`,
      path: `services.${service.name}.aws.certificate`,
      fix: 'Set aws.certificate to the ARN of one in us-east-1, or take aws.domains out',
    },
  ];
}

/** A bucket of our name before there is a stack of ours: what was left of one, or somebody else's. */
async function refuseTaken({ service }: Target, account: Account, bucket: string): Promise<void> {
  const { headBucket } = await account.aws.s3();
  try {
    await headBucket({ Bucket: bucket });
  } catch (error) {
    if (hasCode(error, 'NotFound', 'NoSuchBucket')) return;
    // Nobody else has names of our account: there it is a right that we lack.
    if (statusOf(error) !== 403 || hasNamespace(account)) throw error;
  }
  throw new DeployerError({
    code: 'PROJECT_NAME_TAKEN',
    reason: `There is a bucket ${bucket} already, and no stack of ${service.name} that made it`,
    fix: 'Remove the bucket when it was left behind, or give the project or the service another name',
  });
}

/** Other distributions that answer for a domain which ours does not have yet. */
async function takenDomains(
  { service }: Target,
  { aws, options }: Account<StaticOptions>,
  distribution: string | undefined,
): Promise<readonly Finding[]> {
  if (options.domains.length === 0 || distribution === undefined) return [];
  const { getDistribution, listConflictingAliases } = await aws.cloudfront();
  const { Distribution } = await getDistribution({ Id: distribution });
  const own = Distribution?.DistributionConfig?.Aliases?.Items ?? [];
  const findings: Finding[] = [];
  for (const domain of options.domains.filter((one) => !own.includes(one))) {
    const { ConflictingAliasesList: found } = await listConflictingAliases({
      DistributionId: distribution,
      Alias: domain,
    });
    if ((found?.Items ?? []).some(({ DistributionId }) => DistributionId !== distribution))
      findings.push({
        level: 'error',
        code: 'PROJECT_NAME_TAKEN',
        message: `Another distribution of CloudFront answers for ${domain}`,
        path: `services.${service.name}.aws.domains`,
        fix: 'Take the domain out there first, or leave it out here',
      });
  }
  return findings;
}
