import { hasCode } from '../../../../aws/failure.ts';
import type { Artifact } from '../../../../core/artifact.ts';
import { DeployerError } from '../../../../core/errors.ts';
import type { Site } from '../site.ts';
import { type Archive, archiveOf } from './archive.ts';

/** More goes through a bucket. */
const LARGEST_CALL = 50 * 1024 * 1024;

/** What the code is, as Lambda takes it. */
export interface Code {
  readonly given:
    | { readonly ZipFile: Uint8Array }
    | { readonly S3Bucket: string; readonly S3Key: string }
    | { readonly ImageUri: string };
  /** As Lambda tells it; unknown for images. */
  readonly sha256?: string;
}

export async function codeOf(site: Site, artifact: Artifact): Promise<Code> {
  const { image } = site.account.options;
  if (image !== undefined) return { given: { ImageUri: imageOf(site, artifact, image) } };
  const archive = await archiveOf(artifact, site.context);
  if (archive.bytes.length <= LARGEST_CALL) return { given: { ZipFile: archive.bytes }, sha256: archive.sha256 };
  return { given: await throughBucket(site, archive), sha256: archive.sha256 };
}

/** The image that was approved: the config may name another by now. The same bytes are taken from where the config says. */
function imageOf({ account, target }: Site, { location: approved = '' }: Artifact, named: string): string {
  if (digestOf(approved) === digestOf(named)) return named;
  if (approved.includes(`.ecr.${account.region}.`)) return approved;
  throw new DeployerError({
    code: 'INVALID_CONFIG',
    stage: 'deploy',
    reason: `${target.service.name} is to run ${approved}, and Lambda takes images of ${account.region} only`,
    fix: `Copy it to a repository there, and name that in services.${target.service.name}.aws.image of ${target.environment}`,
  });
}

function digestOf(reference: string): string | undefined {
  return reference.split('@')[1];
}

async function throughBucket(site: Site, { bytes, sha256 }: Archive) {
  const { archive_bucket: bucket } = site.account.options;
  if (bucket === undefined)
    throw new DeployerError({
      code: 'UNSUPPORTED',
      stage: 'deploy',
      reason: `The archive of ${site.target.service.name} is larger than the 50 MiB that a call takes`,
      fix: 'Name a bucket of the same region in aws.archive_bucket, or leave files out',
    });
  const key = `deployer/${Buffer.from(sha256, 'base64').toString('hex')}.zip`;
  const { putObject } = await site.account.aws.s3();
  // What is there under its digest is the same.
  await putObject({ Bucket: bucket, Key: key, Body: bytes, IfNoneMatch: '*' }).catch((error: unknown) => {
    if (!hasCode(error, 'PreconditionFailed')) throw error;
  });
  return { S3Bucket: bucket, S3Key: key };
}
