import type { Artifact } from '../../../core/artifact.ts';
import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { withArchive } from '../../upload/archive.ts';
import { type Content, textContent } from '../../upload/content.ts';
import { readTree, type UploadFile, type UploadTree } from '../../upload/tree.ts';
import { fileLimit, readOptions, type VercelOptions } from '../options.ts';

/** One entry of `files` in the request for a deployment. */
export interface FileEntry {
  readonly file: string;
  readonly sha: string;
  readonly size: number;
  /** As `stat` has it. */
  readonly mode: number;
}

/** Everything a deployment consists of. */
export interface Contents {
  readonly files: readonly FileEntry[];
  /** By SHA-1. */
  readonly contents: ReadonlyMap<string, Content>;
}

const OUTPUT = '.vercel/output/';
const MODES = { plain: 0o100644, executable: 0o100755, link: 0o120777, part: 0o666 } as const;
/** From here on one archive, which has no limit of that kind. */
const ARCHIVE_FROM = 12_000;
/** Larger bodies are refused with 413; the official tools cut here too. */
const PART = 95 * 1024 * 1024;

/** Brings an artifact into the form that Vercel wants, for the time of `use`. */
export async function withContents<T>(
  artifact: Artifact,
  target: Target,
  context: DriverContext,
  use: (contents: Contents) => Promise<T>,
): Promise<T> {
  const options = readOptions(target.service.options);
  const links = options.content === 'static' ? 'followed' : 'kept';
  const tree = shaped(await readTree(artifact, { algorithm: 'sha1', links }, context), options);
  if (!wantsArchive(tree, target)) return use({ files: tree.files.map(entryOf), contents: tree.contents });
  context.log(`packing ${tree.files.length} files into an archive`);
  return withArchive(tree, { algorithm: 'sha1', part: PART }, context, (parts) =>
    use({
      files: parts.map(({ digest, size }, index) => ({
        file: `.vercel/source.tgz.part${index + 1}`,
        sha: digest,
        size,
        mode: MODES.part,
      })),
      contents: new Map(parts.map((part) => [part.digest, part])),
    }),
  );
}

function wantsArchive({ files }: UploadTree, { service: { options } }: Target): boolean {
  const { archive } = readOptions(options);
  if (archive === 'always') return true;
  if (archive === 'automatic') return files.length >= ARCHIVE_FROM || files.some(({ size }) => size > PART);
  const limit = fileLimit(options);
  if (!limit || files.length <= limit.most) return false;
  throw new DeployerError({
    code: 'UNSUPPORTED',
    stage: 'deploy',
    reason: `Vercel takes ${limit.most} files one by one, and there are ${files.length}`,
    fix: limit.fix,
  });
}

function entryOf({ path, digest, size, kind }: UploadFile): FileEntry {
  return { file: path, sha: digest, size, mode: MODES[kind] };
}

/** Static files and prebuilt output go up as Vercel's Build Output, so that nothing is built there. */
function shaped(tree: UploadTree, options: VercelOptions): UploadTree {
  if (options.content === 'source') return tree;
  if (options.content === 'prebuilt') return prebuilt(tree);
  const config = textContent(`${OUTPUT}config.json`, staticConfig(tree, options), 'sha1');
  const { digest, size, path } = config;
  const files = tree.files.map((file) => ({ ...file, path: `${OUTPUT}static/${file.path}` }));
  return {
    files: [...files, { path, digest, size, kind: 'plain' }],
    contents: new Map([...tree.contents, [digest, config]]),
    bytes: tree.bytes + size,
  };
}

function prebuilt(tree: UploadTree): UploadTree {
  const whole = tree.files.some(({ path }) => path === `${OUTPUT}config.json`);
  if (whole) return tree;
  if (tree.files.some(({ path }) => path === 'config.json'))
    return { ...tree, files: tree.files.map((file) => ({ ...file, path: OUTPUT + file.path })) };
  throw new DeployerError({
    code: 'BUILD_FAILED',
    stage: 'deploy',
    reason: 'The artifact is no output of vercel build: it holds no config.json',
    fix: 'Set build.output to [.vercel/output], or vercel.content to static or source',
  });
}

/** Files first; then the app's own page for what is none, or its page for what is not found. */
function staticConfig({ files }: UploadTree, { spa }: VercelOptions): string {
  const has = (path: string) => files.some((file) => file.path === path);
  if (spa !== undefined && !has(spa))
    throw new DeployerError({
      code: 'INVALID_CONFIG',
      stage: 'deploy',
      reason: `vercel.spa: there is no ${spa} in the artifact`,
      fix: 'Name a file that the build yields',
    });
  const fallback = spa === undefined ? [] : [{ src: '/.*', dest: `/${spa}` }];
  const notFound = has('404.html') ? [{ handle: 'error' }, { status: 404, src: '/.*', dest: '/404.html' }] : [];
  return JSON.stringify({ version: 3, routes: [{ handle: 'filesystem' }, ...fallback, ...notFound] });
}
