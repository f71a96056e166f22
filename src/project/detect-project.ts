import { basename } from 'node:path';
import type { DatabaseDraft, ProjectDraft, ServiceDraft } from '../core/draft.ts';
import { type DatabaseFacts, detectDatabase } from './detect/databases.ts';
import { type Folder, openFolder } from './detect/folder.ts';
import { toName, uniqueNames } from './detect/names.ts';
import { detectNode, type ServiceFacts } from './detect/node-service.ts';
import { detectOther } from './detect/other-services.ts';
import { managerOf, type PackageManager, readPackageFile } from './detect/package-file.ts';
import { workspaceMembers } from './detect/workspaces.ts';
import { isIgnored, type Rules } from './ignore-rules.ts';
import { findNeeds } from './needs/find.ts';
import type { DetectedNeed } from './needs/judge.ts';
import type { NeedsMemory } from './needs/memory.ts';
import { listFiles } from './source.ts';
import { openSourceTree, rulesIn, type SourceTree } from './source-tree.ts';

const MAX_DEPTH = 3;
/** Looking around ends here, however wide the tree is. */
const MAX_FOLDERS = 5000;
/** They hold code that looks like services and is none. */
const NOT_SERVICES = new Set(['test', 'tests', '__tests__', 'fixtures', '__fixtures__', 'vendor']);
/** Nothing is kept of a look at a project that has no state yet. */
const FORGETFUL: NeedsMemory = { recall: () => undefined, keep: () => undefined };

/** What looking around knows of the whole project. */
interface Scan {
  readonly tree: SourceTree;
  readonly manager: PackageManager;
  readonly isMember: ((path: string) => boolean) | undefined;
}

interface FoundService {
  readonly folder: Folder;
  readonly facts: ServiceFacts;
  readonly packageName: string | undefined;
}

/**
 * Looks at a folder and those below it, up to three levels deep and without what git ignores, and says which services and
 * databases it seems to hold. Reads files only: nothing is run, nothing is fetched. A wrong guess costs a line in the config
 * that `init` writes, so what is uncertain is left out.
 */
export async function detectProject(root: string): Promise<ProjectDraft> {
  const tree = openSourceTree(root);
  const top = openFolder(tree.root, '.');
  const file = readPackageFile(top);
  const scan: Scan = { tree, manager: managerOf(top, file) ?? 'npm', isMember: workspaceMembers(top, file) };
  const folders = foldersIn(scan, top);
  const services = await addNeeds(tree, nameServices(findServices(scan, folders)));
  const databases = nameDatabases(findDatabases(tree.root, folders));
  return { project: toName(file?.name ?? basename(tree.root), 'project'), services, databases };
}

/** Breadth first, sorted in each folder. */
function foldersIn({ tree }: Scan, top: Folder): readonly Folder[] {
  const found = [top];
  for (let index = 0; index < found.length && found.length < MAX_FOLDERS; index++) {
    const folder = found[index];
    if (!folder || depthOf(folder) >= MAX_DEPTH) continue;
    const rules = rulesIn(tree, baseOf(folder));
    for (const name of [...folder.folders].sort())
      if (isOpen(rules, folder, name)) found.push(openFolder(tree.root, baseOf(folder) + name));
  }
  return found;
}

function isOpen(rules: Rules, folder: Folder, name: string): boolean {
  if (name.startsWith('.') || NOT_SERVICES.has(name)) return false;
  return !isIgnored(rules, { name, path: baseOf(folder) + name, kind: 'folder' });
}

/**
 * Nothing below a service is another one. The root is special: in a workspace, or where it only looks like a service (a
 * start script, an index.html), the services below it are what was meant.
 */
function findServices(scan: Scan, [top, ...below]: readonly Folder[]): readonly FoundService[] {
  const root = top ? detectService(scan, top) : undefined;
  const isWeak =
    scan.isMember !== undefined || ['Node.js', 'static files'].includes(root?.facts.framework ?? 'Node.js');
  if (root && !isWeak) return [root];
  const found: FoundService[] = [];
  for (const folder of below) {
    if (found.some((service) => folder.path.startsWith(`${service.folder.path}/`))) continue;
    const service = detectService(scan, folder);
    if (service) found.push(service);
  }
  return found.length === 0 && root ? [root] : found;
}

function detectService(scan: Scan, folder: Folder): FoundService | undefined {
  const file = readPackageFile(folder);
  const isMember = scan.isMember?.(folder.path);
  if (file && isMember === false && folder.path !== '.') return undefined;
  const manager = managerOf(folder, file) ?? scan.manager;
  const place = isMember ? 'member' : 'alone';
  const facts = (file && detectNode({ folder, file, manager, place })) ?? detectOther(folder);
  return facts && { folder, facts, packageName: file?.name };
}

function nameServices(found: readonly FoundService[]): readonly ServiceDraft[] {
  const unique = uniqueNames();
  return found.map(({ folder, facts, packageName }) => {
    const called = folder.path === '.' ? (packageName?.split('/').at(-1) ?? 'app') : basename(folder.path);
    return { name: unique(toName(called, 'service')), path: folder.path, ...facts, env: [] };
  });
}

/** Adds what the code and the templates of each service ask for. */
async function addNeeds(tree: SourceTree, services: readonly ServiceDraft[]): Promise<readonly ServiceDraft[]> {
  const others = services.map(folderOf);
  return Promise.all(
    services.map(async (service) => {
      const files = listFiles(tree, { ...service, build: { output: [], env: [] } });
      const needs = await findNeeds({ root: tree.root, folder: folderOf(service), others, files, memory: FORGETFUL });
      return { ...service, ...draftNeeds(needs) };
    }),
  );
}

/** A package alone, or a value that is only handed on, may well need none. */
function draftNeeds(needs: readonly DetectedNeed[]): Pick<ServiceDraft, 'env' | 'evidence'> {
  const asked = needs.filter(({ optional, certainty }) => !optional && certainty !== 'likely');
  if (asked.length === 0) return { env: [] };
  const evidence = Object.fromEntries(asked.map(({ key, evidence: [first = ''] }) => [key, first]));
  return { env: asked.map(({ key }) => key), evidence };
}

function folderOf({ path }: ServiceDraft): string {
  return path === '.' ? '' : `${path}/`;
}

/** The same migrations are seen from several folders; the first, outermost one knows best which tool keeps them. */
function findDatabases(root: string, folders: readonly Folder[]): readonly (DatabaseFacts & { readonly at: string })[] {
  const byPath = new Map<string, DatabaseFacts & { readonly at: string }>();
  for (const folder of folders) {
    const facts = detectDatabase(root, folder);
    if (facts && !byPath.has(facts.path)) byPath.set(facts.path, { ...facts, at: folder.path });
  }
  return [...byPath.values()];
}

function nameDatabases(found: readonly (DatabaseFacts & { readonly at: string })[]): readonly DatabaseDraft[] {
  const unique = uniqueNames();
  return found.map(({ at, ...facts }) => {
    const name = found.length === 1 || at === '.' ? 'main' : toName(basename(at), 'database');
    return { name: unique(name), ...facts };
  });
}

function depthOf({ path }: Folder): number {
  return path === '.' ? 0 : path.split('/').length;
}

function baseOf({ path }: Folder): string {
  return path === '.' ? '' : `${path}/`;
}
