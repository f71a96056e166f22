import { type Folder, readText } from './folder.ts';

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

/** What matters of a package.json. */
export interface PackageFile {
  readonly name: string | undefined;
  readonly main: string | undefined;
  readonly manager: string | undefined;
  /** The range of Node versions it runs on. */
  readonly engine: string | undefined;
  readonly scripts: Readonly<Record<string, string>>;
  /** Of both kinds. */
  readonly dependencies: ReadonlySet<string>;
  /** Those that are needed when the service runs. */
  readonly runtimeDependencies: ReadonlySet<string>;
  /** Versions of all of them, as written. */
  readonly versions: readonly string[];
  readonly workspaces: readonly string[];
}

export const LOCK_FILES: readonly (readonly [string, PackageManager])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
];

/** `undefined` when there is none, or none that can be read. */
export function readPackageFile(folder: Folder): PackageFile | undefined {
  if (!folder.files.has('package.json')) return undefined;
  const written = parseObject(readText(folder, 'package.json'));
  if (!written) return undefined;
  const versions = [textsOf(written['dependencies']), textsOf(written['devDependencies'])];
  const [runtime, development] = versions.map((listed) => Object.keys(listed)) as [string[], string[]];
  return {
    name: textOf(written['name']),
    main: textOf(written['main']),
    manager: textOf(written['packageManager']),
    engine: textOf(objectOf(written['engines'])?.['node']),
    scripts: textsOf(written['scripts']),
    dependencies: new Set([...runtime, ...development]),
    runtimeDependencies: new Set(runtime),
    versions: versions.flatMap((listed) => Object.values(listed)),
    workspaces: workspacesOf(written['workspaces']),
  };
}

/** The package manager a folder's own files speak for. */
export function managerOf(folder: Folder, file: PackageFile | undefined): PackageManager | undefined {
  const named = /^(npm|pnpm|yarn|bun)@/.exec(file?.manager ?? '')?.[1] as PackageManager | undefined;
  return named ?? LOCK_FILES.find(([name]) => folder.files.has(name))?.[1];
}

/** `npx vite build` in the words of a package manager. */
export function runTool(manager: PackageManager, command: string): string {
  const runners = { npm: 'npx', pnpm: 'pnpm exec', yarn: 'yarn', bun: 'bunx' } as const;
  return `${runners[manager]} ${command}`;
}

/** A list, or an object with `packages` (yarn). */
function workspacesOf(written: unknown): readonly string[] {
  const list = Array.isArray(written) ? written : objectOf(written)?.['packages'];
  return Array.isArray(list) ? list.filter((item): item is string => typeof item === 'string') : [];
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  const pairs = Object.entries(objectOf(value) ?? {}).filter(
    (pair): pair is [string, string] => typeof pair[1] === 'string',
  );
  return Object.fromEntries(pairs);
}
