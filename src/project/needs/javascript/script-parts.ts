const SCRIPT = /<script\b([^>]*)>([\s\S]*?)<\/script\s*>/gi;
const FRONT_MATTER = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)\r?\n---/;

export interface ScriptPart {
  /** As long as the file up to the end of the part, so that lines count from the file's first. */
  readonly text: string;
  /** The ending a file of this language has. */
  readonly ending: string;
}

/** The programs in a component of Vue, Svelte or Astro. */
export function scriptParts(text: string, ending: string): readonly ScriptPart[] {
  const parts: ScriptPart[] = [];
  const front = ending === 'astro' ? FRONT_MATTER.exec(text) : undefined;
  if (front?.[1] !== undefined) parts.push({ text: behind(text, front[0].indexOf(front[1]), front[1]), ending: 'tsx' });
  for (const { index, 0: whole, 1: attributes = '', 2: body = '' } of text.matchAll(SCRIPT))
    parts.push({ text: behind(text, index + whole.indexOf('>') + 1, body), ending: endingOf(attributes, ending) });
  return parts;
}

/** TypeScript without tags reads casts of the old form; components that do not say are JavaScript or close to it. */
function endingOf(attributes: string, file: string): string {
  const lang = /\blang\s*=\s*["']?(\w+)/.exec(attributes)?.[1];
  return lang ?? (file === 'vue' ? 'jsx' : 'ts');
}

function behind(text: string, start: number, body: string): string {
  return text.slice(0, start).replace(/[^\n]/g, ' ') + body;
}
