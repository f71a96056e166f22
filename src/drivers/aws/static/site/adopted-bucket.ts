import { hasCode, statusOf } from '../../../../aws/failure.ts';
import type { Target } from '../../../../core/driver.ts';
import { DeployerError } from '../../../../core/errors.ts';
import type { Finding } from '../../../../core/finding.ts';
import type { Account } from '../../account.ts';
import type { StaticOptions } from '../../options/static.ts';
import { distributionArn, prefixOf } from '../names.ts';
import { letsRead, readingStatement } from './reading.ts';

type S3 = Awaited<ReturnType<Account['aws']['s3']>>;

interface Looked {
  readonly target: Target;
  readonly account: Account<StaticOptions>;
  readonly s3: S3;
  readonly bucket: string;
}

/** What is wrong with a bucket that others have made. It is looked at, and nothing of it is ever changed. */
export async function bucketFindings(
  target: Target,
  account: Account<StaticOptions>,
  bucket: string,
  distribution: string | undefined,
): Promise<readonly Finding[]> {
  const looked = { target, account, s3: await account.aws.s3(), bucket };
  const unreached = await reach(looked);
  if (unreached) return [unreached];
  const blocked = block(looked);
  const open = [openByPolicy(looked, blocked), openByLists(looked, blocked)];
  const looks = [website(looked), ...open, unreadable(looked, distribution)];
  const findings = await Promise.all(looks.map((look) => look.catch((error: unknown) => unseen(looked, error))));
  return findings.filter((finding) => finding !== undefined);
}

function wrong({ target, bucket }: Looked, what: string, fix: string, code: Finding['code'] = 'GATE_REFUSED'): Finding {
  const path = `services.${target.service.name}.aws.bucket`;
  return { level: 'error', code, message: `The bucket ${bucket} ${what}`, path, fix };
}

/** Who may not look is told so: it is the owner's right to keep it to themselves. */
function unseen(looked: Looked, error: unknown): Finding {
  if (!(error instanceof DeployerError) || error.failure.code !== 'INSUFFICIENT_PERMISSIONS') throw error;
  const { reason, fix = '', detail = [] } = error.failure;
  const message = `could not be looked at whole: ${detail[0] ?? reason}`;
  return { ...wrong(looked, message, fix, 'INSUFFICIENT_PERMISSIONS'), level: 'warning' };
}

async function reach(looked: Looked): Promise<Finding | undefined> {
  const { s3, bucket, account } = looked;
  const elsewhere = wrong(
    looked,
    `is not in ${account.region}`,
    'Set aws.region to its region, or name another bucket',
  );
  try {
    const { BucketRegion = account.region } = await s3.headBucket({ Bucket: bucket, ExpectedBucketOwner: account.id });
    return BucketRegion === account.region ? undefined : elsewhere;
  } catch (error) {
    const status = statusOf(error);
    if (status === 404)
      return wrong(looked, 'does not exist', 'Correct aws.bucket, or leave it out to have one made', 'NOT_FOUND');
    // Where a region answers for another one's bucket it says no more than that, and HEAD has no words.
    if (status === 301 || status === 400) return elsewhere;
    if (status !== 403) throw error;
    const fix = `Name a bucket of the account ${account.id}, or add the right s3:ListBucket on it`;
    return wrong(looked, 'is of another account, or may not be seen', fix, 'INSUFFICIENT_PERMISSIONS');
  }
}

async function website(looked: Looked): Promise<Finding | undefined> {
  if (!(await found(looked.s3.getBucketWebsite(asked(looked)), 'NoSuchWebsiteConfiguration'))) return undefined;
  return wrong(looked, 'is a website of its own, past CloudFront', 'Switch static website hosting off');
}

async function openByPolicy(looked: Looked, blocked: Blocked): Promise<Finding | undefined> {
  const { s3 } = looked;
  if ((await blocked)?.RestrictPublicBuckets) return undefined;
  const answer = await found(s3.getBucketPolicyStatus(asked(looked)), 'NoSuchBucketPolicy');
  if (!answer?.PolicyStatus?.IsPublic) return undefined;
  return wrong(looked, 'is public by its policy', 'Block all public access to it');
}

async function openByLists(looked: Looked, blocked: Blocked): Promise<Finding | undefined> {
  if ((await blocked)?.IgnorePublicAcls) return undefined;
  const answer = await found(looked.s3.getBucketOwnershipControls(asked(looked)), 'OwnershipControlsNotFoundError');
  const rules = answer?.OwnershipControls?.Rules ?? [];
  if (rules.some(({ ObjectOwnership }) => ObjectOwnership === 'BucketOwnerEnforced')) return undefined;
  const fix = 'Switch ACLs off (Object Ownership: bucket owner enforced), or block all public access to it';
  return wrong(looked, 'has access control lists, which can make it public', fix);
}

type Blocked = ReturnType<typeof block>;

async function block(looked: Looked) {
  const answer = await found(looked.s3.getPublicAccessBlock(asked(looked)), 'NoSuchPublicAccessBlockConfiguration');
  return answer?.PublicAccessBlockConfiguration;
}

/** Before there is a distribution nobody knows its id: any of the account has to be let in. */
async function unreadable(looked: Looked, distribution: string | undefined): Promise<Finding | undefined> {
  const { account, target, bucket, s3 } = looked;
  const below = `arn:${account.partition}:s3:::${bucket}/${prefixOf(target, account.options)}`;
  const reader = distributionArn(account, distribution ?? '*');
  const { Policy = '{}' } = (await found(s3.getBucketPolicy(asked(looked)), 'NoSuchBucketPolicy')) ?? {};
  if (letsRead(Policy, { account: account.id, distribution: reader, below })) return undefined;
  const statement = readingStatement((folder) => `${below}${folder}*`, { StringLike: { 'AWS:SourceArn': reader } });
  return wrong(looked, 'does not let CloudFront read', `Add this to its policy: ${JSON.stringify(statement)}`);
}

function asked({ bucket, account }: Looked) {
  return { Bucket: bucket, ExpectedBucketOwner: account.id };
}

/** `undefined` where S3 says that there is none. */
async function found<T>(answer: Promise<T>, none: string): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (hasCode(error, none)) return undefined;
    throw error;
  }
}
