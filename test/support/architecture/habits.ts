import { basename } from 'node:path';
import { placeOf } from './layers.ts';
import type { SourceFile, SyntaxNode } from './source.ts';

export const LONGEST_FILE = 300;
export const LONGEST_FUNCTION = 60;

export function longFiles(sources: readonly SourceFile[]): string[] {
  return sources.flatMap(({ path, text }) => {
    const lines = text.replace(/\n$/, '').split('\n').length;
    return lines > LONGEST_FILE ? [`src/${path}:${LONGEST_FILE + 1} is in a file of ${lines} lines`] : [];
  });
}

/** Lines of a function without those of the named functions in it: a factory is as long as what it does itself. */
export function longFunctions(sources: readonly SourceFile[]): string[] {
  return sources.flatMap((source) =>
    source.nodes.filter(isFunction).flatMap((node) => {
      const lines = ownLines(source, node);
      return lines > LONGEST_FUNCTION ? [`${at(source, node)} begins a function of ${lines} lines`] : [];
    }),
  );
}

function ownLines(source: SourceFile, node: SyntaxNode): number {
  const span = ({ start, end }: SyntaxNode) => source.lineOf(end) - source.lineOf(start) + 1;
  const within = source.nodes.filter((it) => it.type === 'FunctionDeclaration' && enclosingFunction(it) === node);
  return within.reduce((lines, inner) => lines - span(inner), span(node));
}

function enclosingFunction(node: SyntaxNode): SyntaxNode | undefined {
  let at = node.parent;
  while (at && !isFunction(at)) at = at.parent;
  return at;
}

function isFunction({ type }: SyntaxNode): boolean {
  return type === 'FunctionDeclaration' || type === 'FunctionExpression' || type === 'ArrowFunctionExpression';
}

const NO_SUBJECT = /^(?:utils?|helpers?|common|misc)$/;

/** Names that say nothing about what is inside. */
export function emptyNames(sources: readonly SourceFile[]): string[] {
  return sources.flatMap(({ path }) => {
    const empty = path.split('/').find((part) => NO_SUBJECT.test(basename(part, '.ts').split('.')[0] ?? ''));
    return empty ? [`src/${path}:1 has a name without a subject: ${empty}`] : [];
  });
}

export function defaultExports(sources: readonly SourceFile[]): string[] {
  return sources.flatMap((source) =>
    source.nodes.filter(isDefaultExport).map((node) => `${at(source, node)} is a default export`),
  );
}

function isDefaultExport({ type, exported }: SyntaxNode): boolean {
  if (type === 'ExportSpecifier') return nameOf(exported) === 'default';
  return type === 'ExportDefaultDeclaration' || type === 'TSExportAssignment';
}

/** Only what starts as a program may end the process. */
export function exits(sources: readonly SourceFile[]): string[] {
  return outside(sources, ['cli'], (node) =>
    ['process.exit', 'process.abort', 'process.reallyExit'].includes(dotted(node)),
  );
}

/** Only reporters print. */
export function prints(sources: readonly SourceFile[]): string[] {
  return outside(sources, ['cli', 'report'], (node) => dotted(node).startsWith('console.'));
}

function outside(
  sources: readonly SourceFile[],
  allowed: readonly string[],
  isBreach: (node: SyntaxNode) => boolean,
): string[] {
  return sources
    .filter(({ path }) => !allowed.includes(placeOf(path)) && !path.endsWith('.entry.ts'))
    .flatMap((source) => source.nodes.filter(isBreach).map((node) => `${at(source, node)} uses ${dotted(node)}`));
}

const PURE = ['core', 'plan'];
/** Parts of Node that neither look at the world nor change it. */
const HARMLESS = new Set(['node:crypto', 'node:path', 'node:url', 'node:util']);
const CHANCE = ['randomBytes', 'randomUUID', 'randomInt', 'randomFillSync', 'randomFill', 'webcrypto'];

/** No clock, chance, environment, disk, network or process in the words of the domain and in the planner. */
export function impurities(sources: readonly SourceFile[]): string[] {
  return sources
    .filter(({ path }) => PURE.includes(placeOf(path)))
    .flatMap((source) => [
      ...source.imports
        .filter(({ from }) => from.startsWith('node:') && !HARMLESS.has(from))
        .map(({ from, line }) => `src/${source.path}:${line} imports ${from}, which is not pure`),
      ...source.nodes
        .filter(isImpure)
        .map((node) => `${at(source, node)} is not pure: ${source.text.slice(node.start, node.end)}`),
    ]);
}

function isImpure(node: SyntaxNode): boolean {
  if (node.type === 'NewExpression') return nameOf(node['callee']) === 'Date' && argumentsOf(node).length === 0;
  if (node.type === 'ImportSpecifier') return CHANCE.includes(nameOf(node['imported']));
  if (node.type === 'CallExpression') return ['fetch', 'setTimeout', 'setInterval'].includes(nameOf(node['callee']));
  const path = dotted(node);
  return ['process.env', 'Date.now', 'Math.random', 'performance.now', 'crypto.randomUUID', 'process.cwd'].includes(
    path,
  );
}

/** Functions of the language that take a plain value. */
const TAKES_ANY = new Set(['resolve', 'reject', 'Boolean', 'String', 'Number']);

/** A bare `true` or `false` tells the reader nothing. Methods are left alone: many belong to Node or to libraries. */
export function booleanArguments(sources: readonly SourceFile[]): string[] {
  return sources.flatMap((source) =>
    source.nodes
      .filter(
        ({ type, callee }) => type === 'CallExpression' && nameOf(callee) !== '' && !TAKES_ANY.has(nameOf(callee)),
      )
      .filter((node) => argumentsOf(node).some(({ value }) => typeof value === 'boolean'))
      .map((node) => `${at(source, node)} passes a bare boolean to ${nameOf(node['callee'])}`),
  );
}

const CLIENTS = 'aws/clients/';

/** Calls of AWS that a client declares, and that nothing makes. */
export function unusedCalls(sources: readonly SourceFile[]): string[] {
  const [clients, others] = [true, false].map((inside) =>
    sources.filter(({ path }) => path.startsWith(CLIENTS) === inside),
  );
  const words = new Set(others?.flatMap(({ nodes }) => nodes.map(nameOf)));
  return (clients ?? []).flatMap((source) =>
    source.nodes
      .filter(({ type, value }) => type === 'Property' && nameOf(value).endsWith('Command'))
      .filter(({ key }) => !words.has(nameOf(key)))
      .map((node) => `${at(source, node)} declares ${nameOf(node['key'])}, which nothing calls`),
  );
}

function at(source: SourceFile, node: SyntaxNode): string {
  return `src/${source.path}:${source.lineOf(node.start)}`;
}

/** `process.exit` for that expression, else the empty text. */
function dotted({ type, object, property, computed }: SyntaxNode): string {
  return type === 'MemberExpression' && !computed && nameOf(object) ? `${nameOf(object)}.${nameOf(property)}` : '';
}

function nameOf(node: unknown): string {
  const { type, name } = (node ?? {}) as { type?: string; name?: string };
  return type === 'Identifier' ? (name ?? '') : '';
}

function argumentsOf(node: SyntaxNode): readonly { readonly type: string; readonly value?: unknown }[] {
  return (node['arguments'] ?? []) as readonly { readonly type: string; readonly value?: unknown }[];
}
