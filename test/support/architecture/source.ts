import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parseAst } from 'rolldown/parseAst';

/** A node of the syntax tree (ESTree with TypeScript's additions); `parent` is set for all but the first. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly parent?: SyntaxNode;
  readonly [member: string]: unknown;
}

export interface Import {
  /** As written. */
  readonly from: string;
  /** Path below the source folder when the import is relative. */
  readonly file?: string;
  /** `@scope/name` or `name` of a package; absent for files and for parts of Node. */
  readonly library?: string;
  readonly line: number;
}

export interface SourceFile {
  /** Below the source folder, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
  readonly nodes: readonly SyntaxNode[];
  /** The line an offset is in, from 1. */
  lineOf(offset: number): number;
}

/** Every written TypeScript file below a folder; what the build generates is left out. */
export function readSources(folder: string): SourceFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.generated.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => parseSource(posix.relative(folder, file), readFileSync(file, 'utf8')));
}

export function parseSource(path: string, text: string): SourceFile {
  const nodes = collect(parseAst(text, { lang: 'ts' }) as unknown as SyntaxNode);
  const lineOf = (offset: number) => text.slice(0, offset).split('\n').length;
  const imports = specifiersIn(nodes).map(({ value, start }) => importOf(path, value, lineOf(start)));
  return { path, text, imports, nodes, lineOf };
}

function collect(root: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  const waiting = [root];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    found.push(node);
    for (const [key, member] of Object.entries(node))
      if (key !== 'parent') for (const child of nodesIn(member)) waiting.push(Object.assign(child, { parent: node }));
  }
  return found.sort((a, b) => a.start - b.start);
}

function nodesIn(member: unknown): SyntaxNode[] {
  const items = Array.isArray(member) ? member : [member];
  return items.filter((item) => typeof item?.type === 'string' && typeof item.start === 'number');
}

/** Static, dynamic, re-exported and type-only: all carry the module's name as `source`. */
function specifiersIn(nodes: readonly SyntaxNode[]): { value: string; start: number }[] {
  return nodes.flatMap(({ source }) => {
    const { value, start } = (source ?? {}) as { value?: unknown; start?: number };
    return typeof value === 'string' && start !== undefined ? [{ value, start }] : [];
  });
}

function importOf(path: string, from: string, line: number): Import {
  if (from.startsWith('.')) return { from, line, file: posix.join(posix.dirname(path), from) };
  if (from.startsWith('node:')) return { from, line };
  const library = from.split('/', from.startsWith('@') ? 2 : 1).join('/');
  return { from, line, library };
}
