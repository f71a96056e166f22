import type { Artifact } from '../../../core/artifact.ts';
import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { printableLine } from '../../../core/text.ts';
import { type Content, textContent } from '../../upload/content.ts';
import { readTree, type UploadFile } from '../../upload/tree.ts';
import { FILE_LIMIT, type NetlifyOptions, readOptions } from '../options.ts';
import { type FunctionBundle, readFunctions } from './functions.ts';

/** Everything a deploy consists of. */
export interface Contents {
  /** Path of the site → SHA-1. */
  readonly files: Readonly<Record<string, string>>;
  /** By SHA-1. Of several paths with the same bytes, `place` is one. */
  readonly contents: ReadonlyMap<string, { readonly content: Content; readonly place: string }>;
  readonly functions: readonly FunctionBundle[];
}

const FUNCTIONS = '.netlify/functions/';
/** What the official build leaves for functions at the edge, and where a deploy has them. */
const INTERNAL: readonly (readonly [string, string])[] = [
  ['.netlify/edge-functions-dist/', '.netlify/internal/edge-functions/'],
  ['.netlify/deploy-config/', '.netlify/deploy-config/'],
];

/** Brings an artifact into the form that Netlify wants, and checks what can be before anything is sent. */
export async function readContents(artifact: Artifact, target: Target, context: DriverContext): Promise<Contents> {
  const options = readOptions(target.service.options);
  const tree = await readTree(artifact, { algorithm: 'sha1', links: 'followed' }, context);
  const placed = tree.files.flatMap((file) => {
    const place = placeOf(file.path, options);
    return place === undefined ? [] : [{ ...file, place }];
  });
  if (options.content === 'prebuilt' && !tree.files.some(({ path }) => below(options.publish, path) !== undefined))
    throw nothingToServe(target, options);
  refuseNames(placed);
  refuseCrowds(placed);
  const own = options.spa === undefined ? [] : [redirectsOf(placed, options.spa)];
  const contents = new Map(
    placed.flatMap(({ digest, place }) => {
      const content = tree.contents.get(digest);
      return content ? [[digest, { content, place }] as const] : [];
    }),
  );
  for (const content of own) contents.set(content.digest, { content, place: content.path });
  const files = [
    ...placed.map(({ place, digest }) => [place, digest]),
    ...own.map(({ path, digest }) => [path, digest]),
  ];
  return {
    files: Object.fromEntries(files),
    contents,
    functions: options.content === 'static' ? [] : await readFunctions(artifact, FUNCTIONS, context),
  };
}

/** Hidden files are left out, as the official tools do: nobody means to serve them. */
function placeOf(path: string, { content, publish }: NetlifyOptions): string | undefined {
  const internal = content === 'static' ? undefined : INTERNAL.find(([from]) => path.startsWith(from));
  if (internal) return internal[1] + path.slice(internal[0].length);
  const inner = content === 'static' ? path : below(publish, path);
  return inner === undefined || isHidden(inner) ? undefined : inner;
}

function below(folder: string, path: string): string | undefined {
  const prefix = `${folder.replace(/^\.\/|\/$/g, '')}/`;
  if (prefix === './') return path;
  return path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
}

function isHidden(path: string): boolean {
  return path
    .split('/')
    .some((part) => (part.startsWith('.') && part !== '.well-known') || part.startsWith('__MACOSX'));
}

type Placed = UploadFile & { readonly place: string };

function refuseNames(files: readonly Placed[]): void {
  const wrong = files.find(({ place }) => /[#?]/.test(place));
  if (wrong)
    throw refusal(`Netlify takes no file with # or ? in its name: ${printableLine(wrong.place)}`, 'Rename the file');
}

function refuseCrowds(files: readonly Placed[]): void {
  const counts = new Map<string, number>();
  for (const { place } of files) {
    const folder = place.slice(0, place.lastIndexOf('/') + 1);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  const full = [...counts].find(([, number]) => number > FILE_LIMIT.most);
  if (!full) return;
  const where = full[0] === '' ? 'its root' : printableLine(full[0]);
  throw refusal(
    `Netlify takes ${FILE_LIMIT.most} files in one folder, and there are ${full[1]} in ${where}`,
    FILE_LIMIT.fix,
  );
}

/** The site's own rules come first where it has any, so ours cannot stand beside them. */
function redirectsOf(files: readonly Placed[], spa: string): Content {
  if (!files.some(({ place }) => place === spa))
    throw new DeployerError({
      code: 'INVALID_CONFIG',
      stage: 'deploy',
      reason: `netlify.spa: there is no ${spa} in the artifact`,
      fix: 'Name a file that the build yields',
    });
  if (files.some(({ place }) => place === '_redirects'))
    throw new DeployerError({
      code: 'INVALID_CONFIG',
      stage: 'deploy',
      reason: 'netlify.spa: the artifact has a _redirects file of its own',
      fix: `Write this line at its end, and take netlify.spa out: /* /${spa} 200`,
    });
  return textContent('_redirects', `/* /${spa} 200\n`, 'sha1');
}

function nothingToServe({ service }: Target, { publish }: NetlifyOptions): DeployerError {
  return new DeployerError({
    code: 'BUILD_FAILED',
    stage: 'deploy',
    reason: `The artifact of ${service.name} has no folder ${publish}`,
    fix: 'Set netlify.publish to the folder that is served, and name it in build.output',
  });
}

function refusal(reason: string, fix: string): DeployerError {
  return new DeployerError({ code: 'UNSUPPORTED', stage: 'deploy', reason, fix });
}
