import type { Phase } from '../../core/migration.ts';
import { nearest } from '../../core/name.ts';

/** What a migration says about itself in the comments before its first statement. */
export interface Directives {
  readonly phase?: Phase;
  readonly noTransaction: boolean;
  readonly compatible: boolean;
  /** Lines that look like a directive and are none, in words. */
  readonly mistakes: readonly string[];
}

const KNOWN = ['phase expand', 'phase contract', 'no-transaction', 'compatible'];
const COMMENT = /^(?:--|\/\/|#|\/?\*)\s*(.*?)\s*(?:\*\/)?$/;

/**
 * Reads `-- deployer:phase expand|contract`, `-- deployer:no-transaction` and `-- deployer:compatible`; `//` serves in
 * code. Only the leading comments count, so that nobody has to search a file for what it says.
 */
export function readDirectives(text: string): Directives {
  const said = new Set<string>();
  const mistakes: string[] = [];
  for (const [, directive = ''] of headerLines(text)) {
    if (KNOWN.includes(directive)) said.add(directive);
    else mistakes.push(mistake(directive));
  }
  if (said.has('phase expand') && said.has('phase contract')) mistakes.push('It says both phases');
  const phase = said.has('phase contract') ? 'contract' : said.has('phase expand') ? 'expand' : undefined;
  return {
    ...(phase === undefined ? {} : { phase }),
    noTransaction: said.has('no-transaction'),
    compatible: said.has('compatible'),
    mistakes,
  };
}

function* headerLines(text: string): Generator<readonly string[]> {
  for (let at = 0, inBlock = false; at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(at, end).trim();
    if (line.startsWith('/*')) inBlock = true;
    const comment = COMMENT.exec(line)?.[1];
    if (line !== '' && comment === undefined && !inBlock) return;
    if (line.includes('*/')) inBlock = false;
    const directive = /^deployer:\s*(.*)$/.exec(comment ?? '')?.[1];
    if (directive !== undefined) yield [line, directive.replace(/\s+/g, ' ')];
    at = end + 1;
  }
}

function mistake(directive: string): string {
  const meant = nearest(directive, KNOWN);
  const hint = meant === undefined ? `There are ${KNOWN.join(', ')}` : `Did you mean "${meant}"?`;
  return `"deployer:${directive.slice(0, 40)}" is not known. ${hint}`;
}
