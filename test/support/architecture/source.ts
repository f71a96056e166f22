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
  /** `type`: gone when the program runs; `lazy`: loaded when it is come to. */
  readonly kind: 'static' | 'type' | 'lazy';
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
  const imports = nodes.flatMap((node) => importIn(node, path, lineOf));
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

/** Whatever brings a module in, also again out, carries its name as `source`. */
function importIn(node: SyntaxNode, path: string, lineOf: (offset: number) => number): Import[] {
  const { value, start } = (node['source'] ?? {}) as { value?: unknown; start?: number };
  if (typeof value !== 'string' || start === undefined) return [];
  return [{ from: value, kind: kindOf(node), line: lineOf(start), ...targetOf(path, value) }];
}

function kindOf(node: SyntaxNode): Import['kind'] {
  if (node.type === 'ImportExpression') return 'lazy';
  const specifiers = (node['specifiers'] ?? []) as readonly SyntaxNode[];
  const onlyTypes =
    specifiers.length > 0 && specifiers.every((it) => (it['importKind'] ?? it['exportKind']) === 'type');
  return node.type === 'TSImportType' || node['importKind'] === 'type' || node['exportKind'] === 'type' || onlyTypes
    ? 'type'
    : 'static';
}

function targetOf(path: string, from: string): Pick<Import, 'file' | 'library'> {
  if (from.startsWith('.')) return { file: posix.join(posix.dirname(path), from) };
  return from.startsWith('node:') ? {} : { library: from.split('/', from.startsWith('@') ? 2 : 1).join('/') };
}
