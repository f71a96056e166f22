import { type FileFacts, lineCounter, type Mention } from '../mention.ts';
import { BUNDLER_GIVEN, isBuiltIn } from '../names.ts';
import { givenBy } from './given.ts';
import { borrowedReads, handsOn } from './handed.ts';
import { loadParser } from './parse.ts';
import { type Program, readProgram } from './program.ts';
import { type Read, readsOf } from './reads.ts';
import { schemaReads } from './schema.ts';
import { scriptParts } from './script-parts.ts';

/** What a program, or the programs in a component, ask for. `when`: what files of this name are for. */
export async function scanJavascript(
  text: string,
  { ending, when }: { readonly ending: string; readonly when: Mention['when'] },
): Promise<FileFacts> {
  const parse = await loadParser();
  const parts = ['vue', 'svelte', 'astro'].includes(ending) ? scriptParts(text, ending) : [{ text, ending }];
  const lineOf = lineCounter(text);
  const programs = parts.flatMap((part) => {
    const root = parse(part.text, part.ending);
    return root ? [readProgram(root, part)] : [];
  });
  const hands = programs.flatMap(handsOn);
  const borrows = programs
    .flatMap(borrowedReads)
    .map(({ module, name, read }) => ({ module, name, mention: mention(read, lineOf, when) }));
  const mentions = programs.flatMap((one) => mentionsOf(one, when).map((read) => mention(read, lineOf, when)));
  return { mentions, ...(hands.length > 0 ? { hands } : {}), ...(borrows.length > 0 ? { borrows } : {}) };
}

/** What a schema says of a variable holds, and not how the program hands it to the schema. */
function mentionsOf(program: Program, when: Mention['when']): readonly Read[] {
  const ruled = schemaReads(program);
  const keys = new Set(ruled.map(({ key }) => key));
  const reads = readsOf(program).filter(({ key, from }) => !keys.has(key) && !isBundlers(key, from));
  return [...ruled, ...reads, ...(when === 'build' ? givenBy(program) : [])];
}

function isBundlers(key: string, from: Read['from']): boolean {
  return from === 'import.meta.env' && BUNDLER_GIVEN.has(key);
}

function mention(
  { key, node, shown, asks, from }: Read,
  lineOf: (offset: number) => number,
  when: Mention['when'],
): Mention {
  const isBaked = from === 'import.meta.env' || from === '$env/static' || (from !== undefined && isBuiltIn(key));
  return { key, line: lineOf(node.start), shown, asks, when: isBaked ? 'build' : when };
}
