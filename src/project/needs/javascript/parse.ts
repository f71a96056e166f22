import type { ParserPlugin, parse as parseProgram } from '@babel/parser';
import type { Node } from './tree.ts';

/** The parser of programs in JavaScript and TypeScript, loaded when a file first needs it. */
export type Parse = (text: string, ending: string) => Node | undefined;

export async function loadParser(): Promise<Parse> {
  const { parse } = await import('@babel/parser');
  return (text, ending) => attempt(parse, text, pluginsFor(ending));
}

/** A file that is no program, or of a newer language than the parser's, tells nothing. */
function attempt(parse: typeof parseProgram, text: string, plugins: ParserPlugin[]): Node | undefined {
  try {
    return parse(text, { ...LENIENT, plugins }).program as unknown as Node;
  } catch {
    return undefined;
  }
}

/** What is wrong with a program is for its compiler to say. */
const LENIENT = {
  sourceType: 'unambiguous',
  errorRecovery: true,
  attachComment: false,
  allowReturnOutsideFunction: true,
  allowAwaitOutsideFunction: true,
  allowImportExportEverywhere: true,
  allowSuperOutsideMethod: true,
  allowUndeclaredExports: true,
} as const;

function pluginsFor(ending: string): ParserPlugin[] {
  if (/^[mc]?ts$/.test(ending)) return ['typescript', 'decorators-legacy', 'explicitResourceManagement'];
  const types: ParserPlugin = /^[mc]?jsx?$/.test(ending) ? 'flow' : 'typescript';
  return ['jsx', types, 'decorators-legacy', 'explicitResourceManagement'];
}
