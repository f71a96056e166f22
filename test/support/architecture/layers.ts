import type { Import, SourceFile } from './source.ts';

/** Import only from a lower rank, or from the own place. */
const RANKS: Readonly<Record<string, number>> = {
  core: 0,
  aws: 0.5,
  config: 1,
  project: 1,
  artifacts: 1,
  health: 1,
  plan: 1,
  execute: 1,
  drivers: 1,
  migrations: 1,
  secrets: 1,
  variables: 1,
  state: 1,
  report: 1,
  system: 1,
  'runtime.ts': 2,
  workflows: 3,
  server: 4,
  cli: 4,
  'index.ts': 4,
};

/** The step, edge or file at the top that a path belongs to. */
export function placeOf(path: string): string {
  return path.split('/')[0] ?? path;
}

export function rankBreaches(sources: readonly SourceFile[]): string[] {
  return sources.flatMap(({ path, imports }) => [
    ...(RANKS[placeOf(path)] === undefined ? [`src/${path}:1 lies in a place that has no rank`] : []),
    ...imports.flatMap((it) => (it.file !== undefined && isForbidden(path, it.file) ? [breach(path, it)] : [])),
  ]);
}

function isForbidden(path: string, target: string): boolean {
  const [from, to] = [placeOf(path), placeOf(target)];
  if (from === to) return from === 'drivers' && isForbiddenDriver(path, target);
  return (RANKS[to] ?? Number.POSITIVE_INFINITY) >= (RANKS[from] ?? 0);
}

/** Folders beside those of the drivers that all of them may use. */
const SHARED_BY_DRIVERS: readonly (string | undefined)[] = ['upload', 'image'];

/** A driver knows no other driver, and what drivers share knows none of them: only the generated registry does. */
function isForbiddenDriver(path: string, target: string): boolean {
  const [from, to] = [path, target].map((file) => file.split('/').slice(1, -1)[0]);
  return to !== undefined && from !== to && !SHARED_BY_DRIVERS.includes(to);
}

function breach(path: string, { from, line }: Import): string {
  return `src/${path}:${line} must not import ${from}`;
}

/**
 * Rings of files that import each other, also only for types, one for each import that closes one. What is loaded when
 * it is come to closes none: a table of commands or drivers has to name them, and they may use what is around it.
 */
export function cycles(sources: readonly SourceFile[]): string[] {
  const files = new Map(sources.map((source) => [source.path, source]));
  const done = new Set<string>();
  const found: string[] = [];
  for (const { path } of sources) visit(path, []);
  return found;

  function visit(path: string, trail: readonly string[]): void {
    const source = files.get(path);
    if (!source || done.has(path)) return;
    const along = [...trail, path];
    for (const { file, kind, line } of source.imports) {
      if (file === undefined || kind === 'lazy') continue;
      if (along.includes(file)) found.push(ring(along.slice(along.indexOf(file)), line));
      else visit(file, along);
    }
    done.add(path);
  }
}

function ring(path: readonly string[], line: number): string {
  return `src/${path.at(-1)}:${line} closes a ring: ${[...path, path[0]].join(' → ')}`;
}

/** Libraries that more than one place imports, and imports of what `package.json` does not list. */
export function libraryBreaches(
  sources: readonly SourceFile[],
  options: { readonly listed: readonly string[]; readonly shared: Readonly<Record<string, string>> },
): string[] {
  const uses = sources.flatMap(({ path, imports }) =>
    imports.flatMap(({ library, line }) =>
      library ? [{ library, place: libraryPlace(path), at: `src/${path}:${line}` }] : [],
    ),
  );
  const unlisted = uses.filter(({ library }) => !options.listed.includes(library));
  const first = new Map<string, { place: string; at: string }>();
  const elsewhere = uses.filter(({ library, place, at }) => {
    const home = first.get(library) ?? { place, at };
    first.set(library, home);
    return home.place !== place && !Object.hasOwn(options.shared, library);
  });
  return [
    ...unlisted.map(({ at, library }) => `${at} imports ${library}, which is not among the dependencies`),
    ...elsewhere.map(({ at, library }) => `${at} imports ${library}, which has its place at ${first.get(library)?.at}`),
  ];
}

/** Each driver is a place of its own. */
function libraryPlace(path: string): string {
  return placeOf(path) === 'drivers' ? path.split('/').slice(0, 2).join('/') : placeOf(path);
}
