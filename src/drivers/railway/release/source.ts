import type { Artifact } from '../../../core/artifact.ts';
import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { HttpAnswer, StreamedBody } from '../../../core/ports.ts';
import { withArchive } from '../../upload/archive.ts';
import { readTree } from '../../upload/tree.ts';
import { callWeb } from '../../web-call.ts';
import { parseAnswer } from '../../web-service.ts';
import type { Railway } from '../api/client.ts';
import { errorsOf, statusFailure } from '../api/failure.ts';
import type { PlaceIds } from '../names.ts';
import { readOptions } from '../options.ts';

const MIB = 1024 * 1024;
/** A slower way than this is taken to be broken; bytes per ms. */
const SLOWEST = 20;
const LEAST_TIMEOUT = 90_000;

export interface Upload {
  readonly target: Target;
  readonly context: DriverContext;
  /** What people see beside the deployment. */
  readonly message: string;
}

/** What came of an upload. `lost`: nobody can say whether it was taken. */
export type Uploaded = { readonly id: string } | { readonly lost: DeployerError };

/**
 * Packs the artifact as Railway's own tool does, and hands out what sends it, once for each call and the same bytes each
 * time. Packed on disk, so that its size is known before the first byte is out, and memory does not grow with it.
 */
export async function withSource<T>(
  artifact: Artifact,
  upload: Upload,
  use: (send: (api: Railway, place: PlaceIds) => Promise<Uploaded>) => Promise<T>,
): Promise<T> {
  const { context, target } = upload;
  // Railway keeps no links.
  const tree = await readTree(artifact, { algorithm: 'sha256', links: 'followed' }, context);
  const files = tree.files.map((file) => ({ ...file, path: `./${file.path}` }));
  const terms = { algorithm: 'sha256', part: Number.MAX_SAFE_INTEGER } as const;
  return withArchive({ ...tree, files }, terms, context, ([archive]) => {
    if (!archive) throw new Error('an archive has no part');
    refuseTooLarge(archive.size, target);
    context.log(`uploading ${files.length} files, ${megabytes(archive.size)} packed`);
    return use((api, place) => send(api, place, archive, upload));
  });
}

async function send(api: Railway, place: PlaceIds, archive: StreamedBody, upload: Upload): Promise<Uploaded> {
  const query = new URLSearchParams({ serviceId: place.service, message: upload.message });
  const path = `/project/${place.project}/environment/${place.environment}/up?${query}`;
  const request = {
    ...api.request(path, { 'content-type': 'application/gzip' }),
    method: 'POST' as const,
    body: told(archive, upload.context),
    timeout: LEAST_TIMEOUT + archive.size / SLOWEST,
    repeat: 'when_refused' as const,
  };
  try {
    const answer = await callWeb(request, api.terms);
    return outcomeOf(answer, api, upload.target);
  } catch (error) {
    api.terms.signal.throwIfAborted();
    if (error instanceof DeployerError && isLoss(error)) return { lost: lost(error, upload.target.service) };
    throw error;
  }
}

function isLoss({ code }: DeployerError): boolean {
  return code === 'PLATFORM_UNAVAILABLE' || code === 'TIMEOUT';
}

function outcomeOf(answer: HttpAnswer, api: Railway, { service }: Target): Uploaded {
  const doing = `take the sources of ${service.name}`;
  const parsed = parseAnswer(answer.body);
  const id = parsed?.['deploymentId'];
  if (answer.status === 200 && typeof id === 'string' && id !== '') return { id };
  if (answer.status === 200 && (!parsed || errorsOf(parsed).length === 0))
    return { lost: lost(statusFailure(doing, answer, 0), service) };
  const failure = statusFailure(doing, answer, api.terms.clock.now());
  if (answer.status >= 500 || answer.status === 408) return { lost: failure };
  throw answer.status === 413 ? tooLarge(failure, service) : failure;
}

/** Says how far it is, in quarters. Begins anew with each try. */
function told({ size, open }: StreamedBody, { log }: Pick<DriverContext, 'log'>): StreamedBody {
  return {
    size,
    open: async function* () {
      let sent = 0;
      for await (const part of open()) {
        yield part;
        const before = Math.floor((sent * 4) / size);
        sent += part.length;
        const now = Math.floor((sent * 4) / size);
        if (now > before && size > MIB) log(`${now * 25} % of ${megabytes(size)} uploaded`);
      }
    },
  };
}

function refuseTooLarge(size: number, { service }: Target): void {
  const { upload_limit } = readOptions(service.options);
  if (size <= upload_limit * MIB) return;
  throw new DeployerError({
    code: 'UNSUPPORTED',
    stage: 'deploy',
    reason: `The sources of ${service.name} have ${megabytes(size)} packed, and railway.upload_limit is ${upload_limit} MiB`,
    fix: 'Leave files out by .deployignore, or raise railway.upload_limit',
  });
}

function tooLarge({ failure }: DeployerError, { name }: Pick<Target['service'], 'name'>): DeployerError {
  return new DeployerError({ ...failure, reason: `Railway does not take an archive as large as that of ${name}` });
}

function lost({ failure }: DeployerError, { name }: Pick<Target['service'], 'name'>): DeployerError {
  const [words = 'no answer'] = failure.detail ?? [];
  return new DeployerError({
    code: 'UPLOAD_FAILED',
    stage: 'deploy',
    reason: `The sources of ${name} could not be brought to Railway: ${words}`,
    fix: 'Deploy again',
  });
}

function megabytes(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}
