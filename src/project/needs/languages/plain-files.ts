import { type Ask, type FileFacts, lineCounter, type Mention } from '../mention.ts';
import { callsIn, mentionsAt, readSource } from './calls.ts';

const PRISMA = { lineComments: ['//'], quotes: ['"'] } as const;

/** `env("DATABASE_URL")` in a schema of Prisma. */
export function scanPrisma(text: string): FileFacts {
  const source = readSource(text, PRISMA);
  const calls = callsIn(source, /(?<![.\w])(\w+)\s*=\s*env\s*\(\s*"/g);
  return {
    mentions: mentionsAt(
      source,
      calls.map((call) => [call, `env("${call.key}")`, prismaAsk(call.groups[0])]),
    ),
  };
}

/** Only migrations in development use a shadow database; the direct URL is for those behind a pooler. */
function prismaAsk(field: string | undefined): Ask {
  return field === 'shadowDatabaseUrl' ? 'falls_back' : 'demands';
}

const TEMPLATE_LINE = /^[ \t]*(#*)[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=(.*)$/gm;

/** Names in a `.env.example`. A commented line is one that may be left out, and so is one that says so. */
export function scanTemplate(text: string): FileFacts {
  const lineOf = lineCounter(text);
  const mentions = [...text.matchAll(TEMPLATE_LINE)].flatMap(
    ({ index, 0: whole, 1: mark = '', 2: key = '', 3: rest = '' }): Mention[] => {
      // Prose that happens to hold a `=`: names of variables there are in capitals.
      if (mark !== '' && !/^[A-Z][A-Z0-9_]+$/.test(key)) return [];
      const isOptional =
        mark !== '' || /#.*\boptional\b/i.test(rest) || /\boptional\b/i.test(commentAbove(text, index));
      const at = index + (whole.length - whole.trimStart().length);
      return [{ key, line: lineOf(at), shown: '', asks: isOptional ? 'lists_optional' : 'lists', when: 'run' }];
    },
  );
  return { mentions };
}

function commentAbove(text: string, index: number): string {
  const end = text.lastIndexOf('\n', index - 1);
  const start = end < 0 ? 0 : text.lastIndexOf('\n', end - 1) + 1;
  const line = end < 0 ? '' : text.slice(start, end).trim();
  return line.startsWith('#') ? line : '';
}

const INSTRUCTION = /^[ \t]*(ARG|ENV)[ \t]+((?:[^\n\\]|\\\r?\n|\\.)*)/gim;
const PAIR = /([A-Za-z_]\w*)=("(?:[^"\\]|\\.)*"|'[^']*'|(?:[^\s\\]|\\.)*)/g;

/**
 * `ARG` takes what the build is given; `ENV` of the last stage, which becomes the image, gives a value, unless it only
 * hands an argument on.
 */
export function scanDockerfile(text: string): FileFacts {
  const lineOf = lineCounter(text);
  const lastStage = [...text.matchAll(/^[ \t]*FROM\b/gim)].at(-1)?.index ?? 0;
  const mentions = [...text.matchAll(INSTRUCTION)].flatMap(({ index, 1: word = '', 2: body = '' }): Mention[] => {
    const line = lineOf(index);
    if (word.toUpperCase() === 'ARG') return argument(body, line);
    return index > lastStage ? environment(body, line) : [];
  });
  return { mentions };
}

function argument(body: string, line: number): Mention[] {
  const key = /^\s*([A-Za-z_]\w*)/.exec(body)?.[1];
  return key ? [{ key, line, shown: `ARG ${key}`, asks: 'falls_back', when: 'build' }] : [];
}

function environment(body: string, line: number): Mention[] {
  const old = /^\s*([A-Za-z_]\w*)[ \t]+(\S.*)$/.exec(body);
  const pairs =
    old && !old[1]?.includes('=') && !/^\s*\w+=/.test(body)
      ? [[old[1] ?? '', old[2] ?? '']]
      : [...body.matchAll(PAIR)].map((pair) => [pair[1] ?? '', pair[2] ?? '']);
  return pairs.flatMap(([key = '', value = '']): Mention[] => {
    const given = value.replace(/^["']|["']$/g, '');
    if (given === '' || new RegExp(`\\$\\{?${key}\\b`).test(given)) return [];
    return [{ key, line, shown: `ENV ${key}`, asks: 'gives', when: 'run' }];
  });
}
