import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parseSync, visitorKeys } from 'oxc-parser';

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
  readonly hasDefaultExport: boolean;
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
  const { program, module, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`);
  const nodes = collect(program as unknown as SyntaxNode);
  const lineOf = (offset: number) => text.slice(0, offset).split('\n').length;
  const exported = module.staticExports.flatMap(({ entries }) => entries);
  const hasDefaultExport = exported.some(({ exportName }) => exportName.kind === 'Default');
  const imports = specifiersIn(nodes).map(({ value, start }) => importOf(path, value, lineOf(start)));
  return { path, text, imports, nodes, hasDefaultExport, lineOf };
}

function collect(root: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  const waiting = [root];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    found.push(node);
    for (const key of visitorKeys[node.type] ?? [])
      for (const child of [node[key]].flat() as (SyntaxNode | null | undefined)[])
        if (child?.type) waiting.push(Object.assign(child, { parent: node }));
  }
  return found.sort((a, b) => a.start - b.start);
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
