import type { DriverContext, PlaceRequest, Target } from '../../../core/driver.ts';
import { DeployerError, isTemporary } from '../../../core/errors.ts';
import { revealAll } from '../../../core/secret.ts';
import { count } from '../../../core/text.ts';
import type { Content } from '../../upload/content.ts';
import { type UploadPlace, type UploadProgress, uploadAll } from '../../upload/upload.ts';
import type { Vercel } from '../api/client.ts';
import { errorOf } from '../api/failure.ts';
import type { ApiError, DeploymentView, ProjectView } from '../api/types.ts';
import { keyOf, META, sideOf, targetMeta } from '../names.ts';
import { readOptions, type VercelOptions } from '../options.ts';
import { wantedSlug } from '../project/custom-environment.ts';
import { usedVariables } from '../project/variables.ts';
import type { Contents } from './contents.ts';
import { findByKey } from './list.ts';

/** Normally two: one that says what is missing, and one that takes it. */
const MOST_ROUNDS = 6;
/** Fewer files than this are up in no time. */
const LEAST_TOLD = 100;
/** How long a deployment may take to show after its answer was lost; ms between looks. */
const LOOKS = [500, 1_500, 3_000];

interface Creation {
  readonly api: Vercel;
  readonly project: ProjectView;
  readonly target: Target;
  readonly request: PlaceRequest;
  readonly context: DriverContext;
}

/** Asks for a deployment, sends what Vercel does not have, and asks again until it is taken. */
export async function createDeployment(creation: Creation, { files, contents }: Contents): Promise<DeploymentView> {
  const body = { ...bodyOf(creation), files };
  let settings: object = {};
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const answer = await ask(creation, { ...body, ...settings });
    if (answer.status < 400) return answer.body;
    if (answer.code === 'missing_project_settings')
      settings = { projectSettings: { framework: null, ...body.projectSettings } };
    else await sendMissing(creation, contents, answer.missing);
  }
  throw new DeployerError({
    code: 'UPLOAD_FAILED',
    stage: 'deploy',
    reason: `Vercel still misses files of ${creation.target.service.name} that were sent ${MOST_ROUNDS - 1} times`,
    fix: 'Deploy again; see https://www.vercel-status.com',
  });
}

interface Asked {
  readonly status: number;
  readonly code: string | undefined;
  readonly body: DeploymentView;
  readonly missing: readonly string[];
}

const ACCEPTED = ['missing_files', 'missing_project_settings'];

/** A lost answer does not mean that nothing was made: what was made carries our key. */
async function ask({ api, project, target, request, context }: Creation, body: object): Promise<Asked> {
  try {
    const answer = await api.call<DeploymentView & { error?: ApiError }>('POST', '/v13/deployments', {
      doing: `make a deployment of ${target.service.name}`,
      query: queryOf(readOptions(target.service.options)),
      body,
      accept: ACCEPTED,
      values: request.variables,
      member: 'id',
    });
    for (const note of answer.notes) context.log(`Vercel says: ${note}`);
    return { ...answer, missing: answer.body.error?.missing ?? [] };
  } catch (error) {
    if (!isTemporary(error) || (error as DeployerError).code === 'RATE_LIMIT_EXCEEDED') throw error;
    const made = await findLost({ api, project, target, request, context });
    if (!made) throw error;
    return { status: 200, code: undefined, body: made, missing: [] };
  }
}

async function findLost({ api, project, target, context }: Creation): Promise<DeploymentView | undefined> {
  for (const wait of LOOKS) {
    await context.clock.sleep(wait, context.signal);
    const item = await findByKey(api, project, target, keyOf(target, context.idempotencyKey));
    if (item) return { ...item, id: item.uid, readyState: item.state };
  }
  return undefined;
}

/** Without `forceNew` an older deployment of the same files may be the answer, with other variables. */
function queryOf({ content }: VercelOptions): Readonly<Record<string, string>> {
  const query = { forceNew: '1', withCache: '1', skipAutoDetectionConfirmation: '1' };
  return content === 'source' ? query : { ...query, prebuilt: '1' };
}

/**
 * The variables go along, so that the deployment runs with what was approved, whatever is changed at Vercel meanwhile. On
 * the production side it gets no domains yet.
 */
function bodyOf({
  project,
  target,
  request,
  context,
}: Creation): Readonly<Record<string, unknown>> & { readonly projectSettings?: object } {
  const env = revealAll(usedVariables(target, request.variables));
  const options = readOptions(target.service.options);
  const production = sideOf(target) === 'production';
  const custom = wantedSlug(target);
  return {
    name: project.name,
    project: project.id,
    meta: {
      ...targetMeta(target),
      [META.version]: request.version_id,
      [META.key]: keyOf(target, context.idempotencyKey),
    },
    ...(custom === undefined ? {} : { customEnvironmentSlugOrId: custom }),
    ...(production ? { target: 'production', autoAssignCustomDomains: false } : {}),
    ...(Object.keys(env).length > 0 ? { env, build: { env } } : {}),
    ...(options.content === 'source' ? { projectSettings: settingsOf(options) } : {}),
  };
}

/** What is left out stays as it is in the project, or is detected. */
function settingsOf(options: VercelOptions): object {
  const settings = {
    framework: options.framework,
    rootDirectory: options.root_directory,
    installCommand: options.install_command,
    buildCommand: options.build_command,
    outputDirectory: options.output_directory,
    nodeVersion: options.node_version,
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

async function sendMissing(
  { api, context, target }: Creation,
  contents: ReadonlyMap<string, Content>,
  missing: readonly string[],
): Promise<void> {
  const wanted = [...new Set(missing)].flatMap((digest) => contents.get(digest) ?? []);
  if (wanted.length === 0) throw asksForStrangers(target);
  const bytes = wanted.reduce((sum, { size }) => sum + size, 0);
  context.log(`uploading ${count(wanted.length, 'file')} of ${contents.size}, ${bytes} bytes`);
  const told = Math.max(LEAST_TOLD, Math.ceil(wanted.length / 4));
  const onProgress = ({ files }: UploadProgress) => {
    if (files % told === 0) context.log(`${files} of ${wanted.length} uploaded`);
  };
  await uploadAll(wanted, placeOf(api), { ...api.terms, onProgress });
}

function asksForStrangers({ service }: Target): DeployerError {
  return new DeployerError({
    code: 'DEPLOY_FAILED',
    stage: 'deploy',
    reason: `Vercel asks for files that ${service.name} does not have`,
    fix: 'Deploy again',
  });
}

/** Both pairs of headers are sent: the documented ones, and those of the official tools. */
function placeOf(api: Vercel): UploadPlace {
  return {
    title: 'Vercel',
    request: ({ digest, size }) => ({
      method: 'POST',
      ...api.request(
        '/v2/files',
        {},
        {
          'content-type': 'application/octet-stream',
          'x-vercel-digest': digest,
          'x-now-digest': digest,
          'x-now-size': String(size),
        },
      ),
    }),
    refusal: (answer) => {
      const { code, fix, detail, retry_after_ms } = api.meaning(answer);
      const bucket = errorOf(answer).name?.includes('upload')
        ? 'Set vercel.archive to always: it is one upload instead of many'
        : fix;
      return {
        code: code === 'DEPLOY_FAILED' || code === 'PLATFORM_UNAVAILABLE' ? 'UPLOAD_FAILED' : code,
        ...(bucket === undefined ? {} : { fix: bucket }),
        ...(detail ? { detail } : {}),
        ...(retry_after_ms === undefined ? {} : { retry_after_ms }),
      };
    },
  };
}
