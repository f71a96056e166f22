import type { ServiceDraft } from '../../core/draft.ts';
import { type Folder, firstFile, readText } from './folder.ts';
import { FRAMEWORKS, type Framework, PLAIN_NODE } from './frameworks.ts';
import { type PackageFile, type PackageManager, runTool } from './package-file.ts';

/** A service without its name and variables. */
export type ServiceFacts = Pick<ServiceDraft, 'framework' | 'build' | 'start' | 'spa'>;

export interface NodeProject {
  readonly folder: Folder;
  readonly file: PackageFile;
  readonly manager: PackageManager;
  /** `member`: packages are installed at the workspace's root. */
  readonly place: 'alone' | 'member';
}

const ENTRY_FILES = ['server', 'index', 'app', 'main'].flatMap((name) => [`${name}.js`, `${name}.mjs`, `${name}.cjs`]);
const NEXT_CONFIGS = ['next.config.js', 'next.config.mjs', 'next.config.ts', 'next.config.cjs'];

/** What a package.json says about a service; `undefined` for libraries and tooling. */
export function detectNode(project: NodeProject): ServiceFacts | undefined {
  const framework = FRAMEWORKS.find((candidate) => isUsed(candidate, project)) ?? PLAIN_NODE;
  return framework.kind === 'server' ? serverFacts(project, framework) : fileFacts(project, framework);
}

function isUsed({ packages, needs }: Framework, { folder, file }: NodeProject): boolean {
  const present = needs === undefined || folder.files.has(needs) || folder.folders.has(needs);
  return present && packages.some((name) => file.dependencies.has(name));
}

function fileFacts(project: NodeProject, framework: Framework): ServiceFacts {
  const command = buildCommand(project, framework);
  const output = framework.name === 'Angular' ? angularOutput(project.folder) : framework.output;
  return {
    framework: framework.name,
    ...(command ? { build: { command, output } } : {}),
    ...(framework.kind === 'app' ? { spa: true } : {}),
  };
}

function serverFacts(project: NodeProject, framework: Framework): ServiceFacts | undefined {
  if (framework.name === 'Next.js' && isExported(project.folder))
    return fileFacts(project, { ...framework, name: 'Next.js (static export)', output: 'out', kind: 'files' });
  const start = startCommand(project, framework);
  if (!start) return undefined;
  const command = buildCommand(project, framework);
  return { framework: framework.name, start, ...(command ? { build: { command, output: framework.output } } : {}) };
}

/** Installing comes first, since the artifact of a server carries its packages. A workspace is installed as a whole, by its owner. */
function buildCommand({ file, manager, place }: NodeProject, framework: Framework): string | undefined {
  const tool = framework.build === undefined ? undefined : runTool(manager, framework.build);
  const build = file.scripts['build'] === undefined ? tool : `${manager} run build`;
  const installs = place === 'alone' && (file.runtimeDependencies.size > 0 || (build && file.dependencies.size > 0));
  return (
    [installs ? `${manager} install` : undefined, build].filter((part) => part !== undefined).join(' && ') || undefined
  );
}

/**
 * A framework whose output stands alone has its own command, since scripts are written for the source folder. Else the start
 * script; one that only runs node is used as it is, so that signals reach the service and not a package manager.
 */
function startCommand({ folder, file, manager }: NodeProject, framework: Framework): string | undefined {
  if (framework.output !== '.') return framework.start;
  const script = file.scripts['start:prod'] ?? file.scripts['start'];
  if (script !== undefined && /^node [\w./ =-]+$/.test(script)) return script;
  if (script !== undefined)
    return file.scripts['start:prod'] === undefined ? `${manager} start` : `${manager} run start:prod`;
  if (framework.start !== undefined)
    return framework.start.startsWith('node ') ? framework.start : runTool(manager, framework.start);
  const entry = entryFile(folder, file);
  return entry ? `node ${entry}` : undefined;
}

/** Only names that need no quoting. For plain packages a `main` speaks for a library. */
function entryFile(folder: Folder, file: PackageFile): string | undefined {
  const serves = FRAMEWORKS.some(
    ({ kind, packages }) => kind === 'server' && packages.some((name) => file.dependencies.has(name)),
  );
  const main =
    serves && file.main && /^[\w./-]+$/.test(file.main) && folder.files.has(file.main) ? file.main : undefined;
  return (
    main ?? (serves ? firstFile(folder, ENTRY_FILES) : firstFile(folder, ['server.js', 'server.mjs', 'server.cjs']))
  );
}

function isExported(folder: Folder): boolean {
  const config = firstFile(folder, NEXT_CONFIGS);
  return config !== undefined && /output\s*:\s*['"]export['"]/.test(readText(folder, config));
}

/** Angular names the folder after the project; its application builder puts what browsers get into `browser`. */
function angularOutput(folder: Folder): string {
  const text = readText(folder, 'angular.json');
  const written = /"outputPath"\s*:\s*"([\w./-]+)"/.exec(text)?.[1];
  const project = /"projects"\s*:\s*\{\s*"([\w.-]+)"/.exec(text)?.[1];
  const output = written ?? (project ? `dist/${project}` : 'dist');
  return /"builder"\s*:\s*"@angular(?:-devkit)?\/build(?:-angular)?:application"/.test(text)
    ? `${output}/browser`
    : output;
}
