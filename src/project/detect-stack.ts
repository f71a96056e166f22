import type { NodeStack, PythonStack, Stack } from '../core/stack.ts';
import { type Folder, openFolder, readText } from './detect/folder.ts';
import { ignoredIn } from './detect/ignored.ts';
import { detectNode, type ServiceFacts } from './detect/node-service.ts';
import { detectOther, languageOf } from './detect/other-services.ts';
import { LOCK_FILES, managerOf, type PackageFile, readPackageFile } from './detect/package-file.ts';
import { workspaceMembers } from './detect/workspaces.ts';

/** Scripts that run while packages are installed, with whatever they need. */
const HOOKS = ['preinstall', 'install', 'postinstall', 'prepare'];
const LOCAL_PACKAGE = /^(?:file|link|portal|workspace):/;

/**
 * What one folder (root-relative) seems to hold, whether or not `init` would take it for a service: the config says that
 * it is one. `undefined` when nothing tells.
 */
export function detectStack(root: string, path: string): Stack | undefined {
  const folder = openFolder(root, path);
  const found = nodeStack(root, folder) ?? otherStack(folder);
  if (!found) return undefined;
  const names = { files: [...folder.files].sort(), folders: [...folder.folders].sort() };
  return { ...found, ...names, ignored: ignoredIn(root, path) };
}

type Told = Omit<Stack, 'files' | 'folders' | 'ignored'>;

function nodeStack(root: string, folder: Folder): Told | undefined {
  const file = readPackageFile(folder);
  if (!file) return undefined;
  const top = openFolder(root, '.');
  const topFile = readPackageFile(top);
  const place = workspaceMembers(top, topFile)?.(folder.path) ? 'member' : 'alone';
  const home = place === 'member' ? { folder: top, file: topFile ?? file } : { folder, file };
  const node = nodeFacts(folder, home, { file, place });
  const facts = detectNode({ folder, file, manager: node.manager, place });
  return { ...told(facts, 'Node.js'), language: 'node', serves: servesOf(facts), node };
}

function nodeFacts(
  folder: Folder,
  home: { readonly folder: Folder; readonly file: PackageFile },
  { file, place }: { readonly file: PackageFile; readonly place: NodeStack['place'] },
): NodeStack {
  const manager = managerOf(home.folder, home.file) ?? 'npm';
  const [, managerVersion] = /^\w+@(\d+\.\d+\.\d+[\w.-]*)/.exec(home.file.manager ?? '') ?? [];
  const lock = LOCK_FILES.find(([name, owner]) => owner === manager && home.folder.files.has(name))?.[0];
  const version = nodeVersion(folder, file) ?? nodeVersion(home.folder, home.file);
  return {
    manager,
    place,
    installs: file.dependencies.size > 0 || place === 'member' ? 'packages' : 'nothing',
    needs: needsSources(file) ? 'sources' : 'package files',
    ...(managerVersion ? { managerVersion } : {}),
    ...(lock ? { lock } : {}),
    ...(version ? { version } : {}),
    ...(manager === 'yarn' ? { yarn: yarnKind(home.folder, managerVersion) } : {}),
  };
}

function needsSources({ scripts, versions }: PackageFile): boolean {
  return (
    HOOKS.some((name) => scripts[name] !== undefined) || versions.some((version) => LOCAL_PACKAGE.test(version.trim()))
  );
}

function yarnKind(folder: Folder, version: string | undefined): 'classic' | 'modern' {
  if (version !== undefined) return version.startsWith('1.') ? 'classic' : 'modern';
  return folder.files.has('.yarnrc.yml') ? 'modern' : 'classic';
}

/** A range without an upper end says too little. */
function nodeVersion(folder: Folder, { engine }: PackageFile): number | undefined {
  const pinned = [readText(folder, '.nvmrc'), readText(folder, '.node-version')].map((text) => text.trim());
  const [major] = pinned.flatMap((text) => /^v?(\d{2})(?:\.|$)/.exec(text)?.[1] ?? []);
  const written = major ?? /^\s*[~^]?v?(\d{2})(?:\.[\dx*]+)*\s*$/.exec(engine ?? '')?.[1];
  return written === undefined ? undefined : Number(written);
}

function servesOf(facts: ServiceFacts | undefined): Stack['serves'] {
  if (!facts || facts.start !== undefined) return 'server';
  return facts.spa ? 'app' : 'files';
}

function otherStack(folder: Folder): Told | undefined {
  const language = languageOf(folder);
  if (!language) return undefined;
  const serves = language === 'hugo' || language === 'files' ? 'files' : 'server';
  const found = detectOther(folder);
  // A program beside an index.html is no static site.
  const facts = serves === 'files' || found?.start !== undefined ? found : undefined;
  const python = language === 'python' ? { python: pythonFacts(folder) } : {};
  return { ...told(facts, NAMES[language]), language, serves, ...python };
}

const NAMES = { python: 'Python', go: 'Go', ruby: 'Ruby', hugo: 'Hugo', files: 'static files' } as const;

function told(facts: ServiceFacts | undefined, framework: string): Pick<Told, 'framework' | 'build' | 'start'> {
  return {
    framework: facts?.framework ?? framework,
    ...(facts?.build ? { build: facts.build } : {}),
    ...(facts?.start === undefined ? {} : { start: facts.start }),
  };
}

function pythonFacts(folder: Folder): PythonStack {
  const [version] = /^3\.\d+/.exec(readText(folder, '.python-version').trim()) ?? [];
  const isPackage = /^\s*\[build-system\]/m.test(readText(folder, 'pyproject.toml'));
  return { isPackage, ...(version ? { version } : {}) };
}
