import { type Ask, type FileFacts, lineCounter, type Mention, NO_FACTS } from '../mention.ts';
import {
  type Call,
  callsIn,
  type Judged,
  lineAround,
  linesBelow,
  mentionsAt,
  readSource,
  type Source,
} from './calls.ts';

const WORTH_READING = /[eE]nv/;
const SYNTAX = { lineComments: ['//'], blockComments: [['/*', '*/']], quotes: ['"', "'"], raw: ['`'] } as const;
const READ = /\b(?:os|syscall)\s*\.\s*(Getenv|LookupEnv)\s*\(\s*["`]/g;
/** Functions of the program's own: `getEnv("PORT", "8080")`, `mustGetenv("DATABASE_URL")`. */
const OWN = /(?<![\w.])(?:\w+\.)?(\w*[eE]nv(?:Var|String|Int|Bool|Duration|Or\w+|Default|Required)?)\s*\(\s*["`]/g;
const NOT_READS = /^(?:Setenv|Unsetenv|setEnv|Getenv|LookupEnv|Expand\w*)$/;
const TAG = /`[^`\n]*\b(?:env|envconfig):"([A-Z][A-Z0-9_]*)([^"]*)"([^`\n]*)`/g;

export function scanGo(text: string): FileFacts {
  if (!WORTH_READING.test(text)) return NO_FACTS;
  const source = readSource(text, SYNTAX);
  const read = callsIn(source, READ).map(
    (call): Judged => [call, `os.${call.groups[0]}("${call.key}")`, readAsk(source, call)],
  );
  const own = callsIn(source, OWN)
    .filter(({ key, groups: [name = ''] }) => /^[A-Z][A-Z0-9_]+$/.test(key) && !NOT_READS.test(name))
    .map((call): Judged => [call, `${call.groups[0]}("${call.key}")`, ownAsk(source, call)]);
  return { mentions: [...mentionsAt(source, [...read, ...own]), ...tagsIn(text)] };
}

function readAsk(source: Source, call: Call): Ask {
  const [before, behind] = lineAround(source, call);
  const isLookup = call.groups[0] === 'LookupEnv';
  if (/\bcmp\s*\.\s*Or\s*\($/.test(before) && /^\s*\)\s*,/.test(behind)) return 'falls_back';
  if (/^\s*\)\s*[!=]=/.test(behind)) return comparisonAsk(behind, linesBelow(source, call));
  const name = /(\w+)\s*(?:,\s*(\w+)\s*)?:?=\s*$/.exec(before);
  if (!name) return isLookup ? 'tests' : 'reads';
  const bound = isLookup ? (name[2] ?? '') : (name[1] ?? '');
  return boundAsk(bound, isLookup, [behind, ...linesBelow(source, call)]);
}

function comparisonAsk(behind: string, below: readonly string[]): Ask {
  return /^\s*\)\s*==\s*["`]/.test(behind) && /\{\s*$/.test(behind) && givesUp(below[0]) ? 'demands' : 'tests';
}

/** What the condition that most often follows does: ends the program, puts a default, or goes on without. */
function boundAsk(name: string, isLookup: boolean, lines: readonly string[]): Ask {
  const absent = isLookup ? `!\\s*${name}\\b` : `\\b${name}\\s*==\\s*["\`]`;
  const present = isLookup ? `\\b${name}\\s*\\{` : `\\b${name}\\s*!=\\s*["\`]`;
  const at = lines.findIndex((line) => new RegExp(`${absent}|${present}`).test(line));
  if (at < 0) return isLookup ? 'tests' : 'reads';
  if (!new RegExp(absent).test(lines[at] ?? '')) return 'tests';
  return givesUp(lines[at + 1]) ? 'demands' : 'falls_back';
}

function givesUp(line = ''): boolean {
  return /\bFatal\w*\s*\(|\bpanic\s*\(|\bos\.Exit\s*\(|\breturn\b.*\b(?:errors\.New|fmt\.Errorf|err\w*|Err\w*)\b/.test(
    line,
  );
}

function ownAsk(source: Source, { end, groups: [name = ''] }: Call): Ask {
  if (/^\s*,/.test(source.code.slice(end))) return 'falls_back';
  if (/must|require/i.test(name)) return 'demands';
  return /optional|default|or|is|has/i.test(name) ? 'tests' : 'reads';
}

/** Tags of struct fields that env and envconfig fill; without `required` their zero value does. */
function tagsIn(text: string): readonly Mention[] {
  const lineOf = lineCounter(text);
  return [...text.matchAll(TAG)].map(({ index, 1: key = '', 2: inside = '', 3: beside = '' }): Mention => {
    return { key, line: lineOf(index), shown: `env:"${key}"`, asks: tagAsk(inside, beside), when: 'run' };
  });
}

function tagAsk(inside: string, beside: string): Ask {
  const isRequired = /\b(?:required|notEmpty)\b/.test(inside) || /\brequired:"true"/.test(beside);
  const hasDefault = /\bdefault=/.test(inside) || /\b(?:envDefault|default):"/.test(beside);
  return isRequired && !hasDefault ? 'demands' : 'falls_back';
}
