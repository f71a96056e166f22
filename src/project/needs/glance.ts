import { type FileFacts, lineCounter, type Mention, NO_FACTS } from './mention.ts';
import { isBuiltIn, isOwners } from './names.ts';
import { scanPackageFile } from './package-file.ts';
import type { Reader } from './places.ts';

/** Characters. What is longer, or has lines this long all through, was written by a program. */
const LONGEST = 400_000;
const LONGEST_LINES = 300;
/** What has to stand in a file that asks for a variable. */
const WORTH_PARSING =
  /[eE]nv\b|class\s+Env|validationSchema|[eE]nv(?:ironment)?(?:[vV]ar(?:iable)?s?)?[sS]chema\b|[eE]nv(?:ironment)?(?:[vV]ar\w*)?(?:Or\w+)?\s*(?:<\w+>)?\(|[cC]onfig(?:Service)?\s*\.\s*get/;
/** Libraries by which programs say what their variables have to look like; of one with a `-` at its end, each that begins so. */
export const SCHEMA_LIBRARIES =
  'zod valibot envalid envsafe znv joi yup arktype env-var class-validator @sinclair/typebox @t3-oss/env-'.split(' ');
const QUOTES = ["'", '"', '`'];
const PROGRAMS = new Set(['js', 'mjs', 'cjs', 'jsx', 'ts', 'mts', 'cts', 'tsx']);
/** What platforms set is not looked for, wherever it stands. */
const PLAIN_READ = /(?<![.\w$])process\.env\.(\w+)(?![\w$])/g;
/**
 * A variable in front of its default, with nothing on its line before it that could make it a text, a comment or a pattern,
 * and nothing around it that binds it closer.
 */
const DEFAULTED =
  /(?<![^\n])[^'"`/\n]*(?:[([,:]|=>|[^=!<>]=|\breturn)[ \t]*\bprocess\.env\.(\w+)\s*(?:\?\?|\|\|)\s*(?:'[^'\\\n]*'|"[^"\\\n]*"|\d+)\s*[)\],;}]/dg;
/** What may run on over lines, with code in it or around it: comments, templates, tags. */
const LONG = /\/\*|`|<!|-->|<[A-Za-z/>_$]/;

/**
 * What can be told of a file without the parser: that it says nothing, or names variables only in front of their defaults, as
 * in `process.env.LIMIT ?? 10`. `undefined` for what has to be read in full.
 */
export function glance(text: string, { scanner, ending, when }: Reader): FileFacts | undefined {
  if (scanner === 'package') return scanPackageFile(text);
  if (isGenerated(text)) return NO_FACTS;
  if (scanner !== 'javascript') return undefined;
  if (!WORTH_PARSING.test(text)) return NO_FACTS;
  if (!PROGRAMS.has(ending)) return undefined;
  return plainFacts(text, when);
}

function isGenerated(text: string): boolean {
  if (text.length > LONGEST) return true;
  return text.length > 5_000 && text.length / text.split('\n').length > LONGEST_LINES;
}

function plainFacts(text: string, when: Mention['when']): FileFacts | undefined {
  const places = [...text.matchAll(DEFAULTED)].flatMap(({ 1: key = '', indices }) =>
    isOwners(key) ? [{ key, start: (indices?.[1]?.[0] ?? 0) - 'process.env.'.length }] : [],
  );
  const starts = new Set(places.map(({ start }) => start));
  const rest = text.replace(PLAIN_READ, (whole, key: string, at: number) =>
    starts.has(at) || !isOwners(key) ? '' : whole,
  );
  const last = places.at(-1);
  if (mayNameMore(rest) || (last && LONG.test(text.slice(0, last.start)))) return undefined;
  const lineOf = lineCounter(text);
  return { mentions: places.map(({ key, start }) => defaulted(key, lineOf(start), when)) };
}

function defaulted(key: string, line: number, when: Mention['when']): Mention {
  return { key, line, shown: `process.env.${key}`, asks: 'falls_back', when: isBuiltIn(key) ? 'build' : when };
}

/** Whether variables may be named in another way: by another object, a function, a schema, or in disguise. */
function mayNameMore(text: string): boolean {
  if (text.includes('\\') && /\\[ux\r\n0-7]/.test(text)) return true;
  if (SCHEMA_LIBRARIES.some((name) => QUOTES.some((quote) => text.includes(quote + name)))) return true;
  const lower = text.toLowerCase();
  const mentions = lower.includes('env') || lower.includes('config');
  return mentions && (/env\b/i.test(text) || /['"`][A-Z\\]/.test(text));
}
