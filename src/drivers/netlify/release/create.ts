import type { DriverContext, PlaceRequest, Target } from '../../../core/driver.ts';
import { DeployerError, isTemporary } from '../../../core/errors.ts';
import { reveal, Secret } from '../../../core/secret.ts';
import { count } from '../../../core/text.ts';
import { type UploadProgress, uploadAll } from '../../upload/upload.ts';
import type { Netlify } from '../api/client.ts';
import type { DeployView, SiteView } from '../api/types.ts';
import { type Label, part, titleOf } from '../names.ts';
import { usedVariables } from '../site/variables.ts';
import type { Contents } from './contents.ts';
import type { FunctionBundle } from './functions.ts';
import { findByKey, isReady } from './list.ts';
import { awaitDeploy } from './wait.ts';

/** From here on Netlify looks through the list on its own time: it cuts requests off that take long. */
const ASYNC_FROM = 500;
/** Normally one. */
const MOST_ROUNDS = 5;
/** At what has just been sent, before it is sent again; a second or two. */
const LOOKS_AFTER = 4;
/** Fewer files than this are up in no time. */
const LEAST_TOLD = 100;
/** How long a deploy may take to show after its answer was lost; ms between looks. */
const LOOKS = [500, 1_500, 3_000];

/** What is to be made. Neither a draft nor a branch: it is published as soon as it is ready. */
export interface Wanted {
  readonly label: Label;
  readonly draft: boolean;
  readonly branch?: string;
}

export interface Creation {
  readonly api: Netlify;
  readonly site: SiteView;
  readonly target: Target;
  readonly context: DriverContext;
  readonly contents: Contents;
  readonly variables: PlaceRequest['variables'];
}

/** A deploy that is ready, made anew or begun by an earlier attempt, with all its bytes there. */
export async function completeDeploy(
  creation: Creation,
  wanted: Wanted,
  begun: DeployView | undefined,
): Promise<DeployView> {
  let deploy = begun ?? (await createDeploy(creation, wanted));
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    deploy = await awaitDeploy(creation.api, deploy, creation, hasBeenRead);
    await sendMissing(creation, deploy);
    let looks = 0;
    // What has just been sent may be missed by the first looks.
    const isOver = (one: DeployView) => isReady(one) || (isOpen(one) && missesSome(one) && ++looks > LOOKS_AFTER);
    deploy = await awaitDeploy(creation.api, { ...deploy, required: [], required_functions: [] }, creation, isOver);
    if (isReady(deploy)) return deploy;
  }
  throw new DeployerError({
    code: 'UPLOAD_FAILED',
    stage: 'deploy',
    reason: `Netlify still misses files of ${creation.target.service.name} that were sent ${MOST_ROUNDS} times`,
    fix: 'Deploy again; see https://www.netlifystatus.com',
  });
}

/** Nobody knows what is missing before Netlify has read the list of files. */
function hasBeenRead(deploy: DeployView): boolean {
  return isReady(deploy) || isOpen(deploy) || ['uploaded', 'processing', 'processed'].includes(deploy.state);
}

function isOpen({ state }: DeployView): boolean {
  return state === 'uploading' || state === 'prepared';
}

function missesSome({ required, required_functions }: DeployView): boolean {
  return (required ?? []).length + (required_functions ?? []).length > 0;
}

/** A lost answer does not mean that nothing was made: what was made carries our key. */
async function createDeploy(creation: Creation, wanted: Wanted): Promise<DeployView> {
  const { api, site, target, variables } = creation;
  try {
    const { body } = await api.call<DeployView>('POST', `/sites/${part(site.id)}/deploys`, {
      doing: `make a deploy of ${target.service.name}`,
      query: { title: titleOf(wanted.label) },
      body: bodyOf(creation, wanted),
      values: variables,
      member: 'id',
    });
    return body;
  } catch (error) {
    if (!isTemporary(error) || (error as DeployerError).code === 'RATE_LIMIT_EXCEEDED') throw error;
    const made = await findLost(creation, wanted);
    if (!made) throw error;
    return made;
  }
}

async function findLost({ api, site, context }: Creation, { label, draft }: Wanted): Promise<DeployView | undefined> {
  for (const wait of LOOKS) {
    await context.clock.sleep(wait, context.signal);
    const made = (await findByKey(api, site, label.key)).find((deploy) => (deploy.draft === true) === draft);
    if (made) return made;
  }
  return undefined;
}

/**
 * The variables go along, so that functions run with what was approved, whatever is changed at Netlify meanwhile, and a draft
 * has those of the environment that it is made for.
 */
function bodyOf({ contents, target, variables }: Creation, { draft, branch }: Wanted): object {
  const { files, functions } = contents;
  const environment = Object.entries(usedVariables(target, variables)).map(([key, value]) => ({
    key,
    value: reveal(value),
    is_secret: value instanceof Secret,
    scopes: ['functions'],
  }));
  const schedules = functions.flatMap(({ name, schedule }) =>
    schedule === undefined ? [] : [{ name, cron: schedule }],
  );
  const configured = functions.filter(({ config }) => Object.keys(config).length > 0);
  return {
    files,
    draft,
    ...(branch === undefined ? {} : { branch }),
    ...(Object.keys(files).length >= ASYNC_FROM ? { async: true } : {}),
    ...(functions.length > 0
      ? { functions: Object.fromEntries(functions.map(({ name, content }) => [name, content.digest])) }
      : {}),
    ...(configured.length > 0
      ? { functions_config: Object.fromEntries(configured.map(({ name, config }) => [name, config])) }
      : {}),
    ...(schedules.length > 0 ? { function_schedules: schedules } : {}),
    ...(environment.length > 0 ? { environment } : {}),
  };
}

async function sendMissing({ api, contents, context, target }: Creation, deploy: DeployView): Promise<void> {
  const digests = [...new Set(deploy.required ?? [])];
  const files = digests.flatMap((digest) => contents.contents.get(digest) ?? []);
  const wanted = new Set(deploy.required_functions ?? []);
  const functions = contents.functions.filter(({ content }) => wanted.has(content.digest));
  if (files.length < digests.length || (wanted.size > 0 && functions.length === 0)) throw asksForStrangers(target);
  const total = files.length + functions.length;
  if (total === 0) return;
  const bytes = [...files, ...functions].reduce((sum, { content }) => sum + content.size, 0);
  context.log(
    `uploading ${count(total, 'file')} of ${contents.contents.size + contents.functions.length}, ${bytes} bytes`,
  );
  const told = Math.max(LEAST_TOLD, Math.ceil(total / 4));
  const onProgress = ({ files: done }: UploadProgress) => {
    if (done % told === 0) context.log(`${done} of ${total} uploaded`);
  };
  const terms = { ...api.terms, onProgress };
  const places = new Map(files.map(({ content, place }) => [content.digest, `files/${encodedPath(place)}`]));
  const put = (place: string, attempt: number) => putTo(api, deploy, place, attempt);
  const common = { title: 'Netlify', refusal: refusalOf(api) };
  const request = ({ digest }: { readonly digest: string }, attempt: number) => put(places.get(digest) ?? '', attempt);
  await uploadAll(
    files.map(({ content }) => content),
    { ...common, request },
    terms,
  );
  // Two functions may have the same bytes; each of them is asked for by its name.
  for (const bundle of functions)
    await uploadAll(
      [bundle.content],
      { ...common, request: (_, attempt) => put(functionPlace(bundle), attempt) },
      terms,
    );
}

/** Slashes stay: they are part of the address. */
function encodedPath(path: string): string {
  return path.split('/').map(part).join('/');
}

function functionPlace({ name, runtime, invocation_mode, timeout }: FunctionBundle): string {
  const query = new URLSearchParams({
    runtime,
    ...(invocation_mode === undefined ? {} : { invocation_mode }),
    ...(timeout === undefined ? {} : { timeout: String(timeout) }),
  });
  return `functions/${part(name)}?${query}`;
}

function putTo(api: Netlify, { id }: DeployView, place: string, attempt: number) {
  const type = { 'content-type': 'application/octet-stream' };
  const headers = attempt > 1 ? { ...type, 'x-nf-retry-count': String(attempt - 1) } : type;
  return { method: 'PUT' as const, ...api.request(`/deploys/${part(id)}/${place}`, {}, headers) };
}

function refusalOf(api: Netlify) {
  return (answer: Parameters<Netlify['meaning']>[0]) => {
    const { code, fix, detail, retry_after_ms } = api.meaning(answer);
    return {
      code: code === 'DEPLOY_FAILED' || code === 'PLATFORM_UNAVAILABLE' ? ('UPLOAD_FAILED' as const) : code,
      ...(fix === undefined ? {} : { fix }),
      ...(detail ? { detail } : {}),
      ...(retry_after_ms === undefined ? {} : { retry_after_ms }),
    };
  };
}

function asksForStrangers({ service }: Target): DeployerError {
  return new DeployerError({
    code: 'DEPLOY_FAILED',
    stage: 'deploy',
    reason: `Netlify asks for files that ${service.name} does not have`,
    fix: 'Deploy again',
  });
}
