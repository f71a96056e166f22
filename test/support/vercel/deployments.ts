import { createHash, randomBytes } from 'node:crypto';
import { type Call, type Front, HttpError } from './front.ts';

/** What the emulator does not keep of a deployment. */
export interface Deployment {
  readonly id: string;
  readonly url: string;
  readonly project: string;
  readonly created: number;
  readonly target: 'production' | null;
  readonly customEnvironment: string | undefined;
  readonly staged: boolean;
  readonly env: Readonly<Record<string, string>>;
  readonly files: ReadonlyMap<string, string>;
  readonly meta: Readonly<Record<string, string>>;
  readonly fingerprint: string;
  readonly log: readonly { readonly at: number; readonly text: string; readonly id: string }[];
  /** When the build begins and ends, ms since 1970. */
  readonly builds: { readonly from: number; readonly to: number };
  /** Its build goes wrong, or never begins. */
  readonly fate: 'READY' | 'ERROR' | 'BLOCKED';
  /** Has been production. */
  promoted: boolean;
  canceled: boolean;
}

const MEMBERS = new Set([
  'name',
  'project',
  'files',
  'target',
  'customEnvironmentSlugOrId',
  'projectSettings',
  'meta',
  'gitMetadata',
  'gitSource',
  'deploymentId',
  'autoAssignCustomDomains',
  'env',
  'build',
  'regions',
  'functions',
  'routes',
  'version',
  'source',
  'public',
]);
const SETTINGS = new Set([
  'framework',
  'buildCommand',
  'installCommand',
  'outputDirectory',
  'devCommand',
  'rootDirectory',
  'nodeVersion',
  'sourceFilesOutsideRootDirectory',
  'serverlessFunctionRegion',
  'commandForIgnoringBuildStep',
]);
const MOST_FILES = 15_000;
const NOTHING = Buffer.alloc(0);

export function stateOf(deployment: Deployment): string {
  if (deployment.canceled) return 'CANCELED';
  const now = Date.now();
  if (deployment.fate === 'BLOCKED') return 'BLOCKED';
  if (now < deployment.builds.from) return 'QUEUED';
  return now < deployment.builds.to ? 'BUILDING' : deployment.fate;
}

export async function takeFile(front: Front, { request, raw }: Call) {
  const digest = request.headers['x-vercel-digest'] ?? request.headers['x-now-digest'];
  if (request.headers['content-length'] === undefined)
    throw new HttpError(400, 'bad_request', 'Missing Content-Length');
  if (typeof digest !== 'string' || !/^[0-9a-f]{40}$/.test(digest))
    throw new HttpError(400, 'bad_request', 'Invalid digest');
  if (createHash('sha1').update(raw).digest('hex') !== digest)
    throw new HttpError(400, 'bad_request', 'Digest does not match the body');
  front.blobs.set(digest, front.keeps === 'bytes' ? raw : NOTHING);
  return { status: 200, body: { urls: [] } };
}

export async function createDeployment(front: Front, call: Call) {
  const body = call.json;
  check(body);
  const project = await front.project(call, body.project ?? (await namedProject(front, call)));
  const own = [...front.deployments.values()].filter((one) => one.project === project.id);
  const skips = call.query.get('skipAutoDetectionConfirmation') === '1';
  if (own.length === 0 && !body.projectSettings && !skips)
    throw new HttpError(400, 'missing_project_settings', 'The `projectSettings` object is required for new projects');
  const { customEnvironmentSlugOrId: custom } = body;
  const known = front.customEnvironments.get(project.id) ?? [];
  if (custom !== undefined && (body.target !== undefined || !known.some(({ slug }) => slug === custom)))
    throw new HttpError(400, 'bad_request', 'Invalid custom environment', { dataPath: 'customEnvironmentSlugOrId' });
  const missing = [...new Set(body.files.map((file: { sha: string }) => file.sha))].filter(
    (sha) => !front.blobs.has(sha as string),
  );
  if (missing.length > 0) throw new HttpError(400, 'missing_files', 'Missing files', { missing });
  const fingerprint = JSON.stringify([body.files, body.target ?? null]);
  const same = own.find((one) => one.fingerprint === fingerprint);
  if (same && call.query.get('forceNew') !== '1') return { status: 200, body: view(front, same) };
  const headers = front.warning === '' ? {} : { 'x-vercel-warning-test': front.warning };
  return { status: 200, headers, body: view(front, await make(front, call, project, fingerprint)) };
}

// biome-ignore lint/suspicious/noExplicitAny: a body is checked here
function check(body: any): void {
  for (const name of Object.keys(body)) if (!MEMBERS.has(name)) throw unknownMember(name);
  for (const name of Object.keys(body.projectSettings ?? {}))
    if (!SETTINGS.has(name)) throw unknownMember(`projectSettings.${name}`);
  if (typeof body.name !== 'string') throw new HttpError(400, 'bad_request', 'Missing required property `name`.');
  if (!Array.isArray(body.files)) throw new HttpError(400, 'bad_request', '`files` should be array.');
  if (body.files.length > MOST_FILES) throw new HttpError(400, 'too_many_files', `At most ${MOST_FILES} files`);
  const paths = new Set<string>();
  for (const { file, sha, size, mode, ...others } of body.files) {
    const right =
      typeof file === 'string' && !file.startsWith('/') && /^[0-9a-f]{40}$/.test(sha) && Number.isInteger(size);
    if (!right || !Number.isInteger(mode) || Object.keys(others).length > 0)
      throw new HttpError(400, 'bad_request', 'Invalid request: `files` is wrong.', {
        dataPath: '.files',
        keyword: 'type',
      });
    if (paths.has(file)) throw new HttpError(400, 'conflicting_file_path', `Two files at ${file}`);
    paths.add(file);
  }
  const bytes = Object.entries(body.env ?? {}).reduce(
    (sum, [key, value]) => sum + key.length + String(value).length,
    0,
  );
  if (bytes > 65_536) throw new HttpError(400, 'env_value_invalid_length', 'Variables are too large');
}

function unknownMember(name: string): HttpError {
  return new HttpError(400, 'bad_request', `Invalid request: should NOT have additional property \`${name}\`.`, {
    keyword: 'additionalProperties',
    dataPath: name,
  });
}

async function namedProject(front: Front, { json, search }: Call): Promise<string> {
  // A name that is not known makes a project; one that is known changes nothing here.
  await front.emulator.ask('POST', `/v11/projects${search}`, { name: json.name });
  return json.name;
}

// biome-ignore lint/suspicious/noExplicitAny: the project as the emulator has it
async function make(front: Front, call: Call, project: any, fingerprint: string): Promise<Deployment> {
  const { name, target, meta, files, env = {}, autoAssignCustomDomains } = call.json;
  const made = await front.emulator.ask('POST', `/v13/deployments${call.search}`, {
    name,
    project: project.id,
    target,
    meta,
    files,
  });
  const production = front.production.get(project.id);
  // Without any production deployment yet, the first one is it, asked for or not.
  const first = production === undefined && target !== 'production';
  const staged = target === 'production' && autoAssignCustomDomains === false;
  const now = Date.now();
  const slow = env['START_DELAY'] === undefined ? front.buildTime : Number(env['START_DELAY']);
  const deployment: Deployment = {
    id: made.body.id,
    url: `${project.name}-${randomBytes(5).toString('hex')}-dev.vercel.app`,
    project: project.id,
    created: Math.max(now, front.lastCreated + 1),
    target: target === 'production' || first ? 'production' : null,
    customEnvironment: call.json.customEnvironmentSlugOrId,
    staged,
    env,
    // biome-ignore lint/suspicious/noExplicitAny: checked above
    files: new Map(files.map((file: any) => [file.file, file.sha])),
    fingerprint,
    meta: meta ?? {},
    log: ['Cloning', 'Building', 'Build completed'].map((text, index) => ({
      at: now - 3 + index,
      text,
      id: `${made.body.id}-${index}`,
    })),
    builds: { from: now + slow / 3, to: now + slow },
    fate: env['BUILD_FATE'] ?? 'READY',
    promoted: false,
    canceled: false,
  };
  front.lastCreated = deployment.created;
  front.deployments.set(deployment.id, deployment);
  if (first || (target === 'production' && !staged)) front.serve(deployment);
  return deployment;
}

export function view(front: Front, deployment: Deployment) {
  const state = stateOf(deployment);
  const live = front.production.get(deployment.project) === deployment.id;
  return {
    id: deployment.id,
    url: deployment.url,
    projectId: deployment.project,
    inspectorUrl: `https://vercel.com/dev/${deployment.project}/${deployment.id.slice(4)}`,
    target: deployment.target,
    readyState: state,
    ...(state === 'READY' ? { readySubstate: deployment.promoted ? 'PROMOTED' : 'STAGED' } : {}),
    createdAt: deployment.created,
    aliasAssigned: live && state === 'READY' ? deployment.created : null,
    env: Object.keys(deployment.env),
    meta: deployment.meta,
    ...(state === 'ERROR' ? { errorCode: 'BUILD_FAILED', errorMessage: 'Command "npm run build" exited with 1' } : {}),
    ...(state === 'BLOCKED' ? { seatBlock: { blockCode: 'TEAM_ACCESS_REQUIRED' } } : {}),
  };
}

export async function listDeployments(front: Front, call: Call) {
  const { status, body } = await front.emulator.ask('GET', `/v7/deployments${call.search}`);
  if (status !== 200) return { status, body };
  // biome-ignore lint/suspicious/noExplicitAny: as the emulator lists them
  const items = body.deployments.flatMap((item: any) => {
    const own = front.deployments.get(item.uid);
    if (!own) return [];
    const state = stateOf(own);
    return [{ ...item, url: own.url, created: own.created, target: own.target, state, readyState: state }];
  });
  const wanted = [...call.query].filter(([name]) => name.startsWith('meta-'));
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const kept = items.filter((item: any) =>
    wanted.every(([name, value]) => item.meta?.[name.slice('meta-'.length)] === value),
  );
  return { status, body: { ...body, deployments: kept } };
}

export async function removeDeployment(front: Front, call: Call, id: string) {
  const deployment = require(front, id);
  const answer = await front.emulator.ask('DELETE', `/v13/deployments/${id}${call.search}`);
  front.deployments.delete(id);
  if (front.production.get(deployment.project) === id) front.production.delete(deployment.project);
  for (const [alias, holder] of front.aliases) if (holder === id) front.aliases.delete(alias);
  return answer;
}

export function require(front: Front, id: string): Deployment {
  const found = front.deployments.get(id) ?? [...front.deployments.values()].find(({ url }) => url === id);
  if (found) return found;
  throw new HttpError(404, 'not_found', 'The deployment was not found.');
}
