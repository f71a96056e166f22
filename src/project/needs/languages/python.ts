import { type Ask, type FileFacts, NO_FACTS } from '../mention.ts';
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
import { settingsFields } from './python-settings.ts';

const WORTH_READING = /environ|getenv|\bEnv\b|decouple|BaseSettings/;
const SYNTAX = { lineComments: ['#'], quotes: ['"""', "'''", '"', "'"], interpolation: '{' } as const;
const INDEXED = /\benviron\s*\[\s*["']/g;
const CALLED = /\b(environ\s*\.\s*(?:get|pop|setdefault)|getenv(?:b)?)\s*\(\s*["']/g;
const CONTAINED = /["'](?=[^"'\n]*["']\s*(?:not\s+)?in\s+(?:os\s*\.\s*)?environ\b)/g;
/** django-environ, environs and decouple call an object. */
const LIBRARY = /^\s*(?:import|from)\s+(?:environ|environs|decouple)\b/m;
const OBJECT = /\b(env|config)\s*(?:\.\s*\w+)?\s*\(\s*["']/g;

export function scanPython(text: string): FileFacts {
  if (!WORTH_READING.test(text)) return NO_FACTS;
  const source = readSource(text, SYNTAX);
  return { mentions: [...mentionsAt(source, placesIn(source)), ...settingsFields(source)] };
}

function placesIn(source: Source): readonly Judged[] {
  const objects = LIBRARY.test(source.text) ? callsIn(source, OBJECT) : [];
  return [
    ...callsIn(source, INDEXED).map((call): Judged => [call, `os.environ["${call.key}"]`, indexAsk(source, call)]),
    ...callsIn(source, CALLED).map((call): Judged => [call, shownCall(call), callAsk(source, call)]),
    ...callsIn(source, CONTAINED).map((call): Judged => [call, `"${call.key}" in os.environ`, 'tests']),
    ...objects.map((call): Judged => [call, `${call.groups[0]}("${call.key}")`, objectAsk(source, call)]),
  ];
}

function shownCall({ key, groups: [called = ''] }: Call): string {
  return called.startsWith('getenv') ? `os.getenv("${key}")` : `os.environ.get("${key}")`;
}

/** It raises where there is none, unless it is set or deleted. */
function indexAsk(source: Source, call: Call): Ask | undefined {
  const [before, behind] = lineAround(source, call);
  if (/\bdel\s+(?:os\s*\.\s*)?$/.test(before) || /^\s*\]\s*(?:=(?!=)|[-+|]=)/.test(behind)) return undefined;
  return 'demands';
}

function callAsk(source: Source, call: Call): Ask | undefined {
  if (/setdefault|pop/.test(call.groups[0] ?? '')) return call.groups[0]?.includes('pop') ? 'tests' : undefined;
  if (/^\s*,/.test(source.code.slice(call.end))) return 'falls_back';
  return valueAsk(source, call);
}

function objectAsk(source: Source, call: Call): Ask {
  return /^[^)\n]*\b(?:default|missing)\s*=/.test(source.code.slice(call.end)) ? 'falls_back' : 'demands';
}

/** What becomes of a value that may be `None`. */
function valueAsk(source: Source, call: Call): Ask {
  const [before, behind] = lineAround(source, call);
  if (/^\s*\)\s*or\b/.test(behind)) return 'falls_back';
  if (/^\s*(?:if|elif|while|assert)\b|\bif\b[^:]*$|\bbool\(\s*(?:os\s*\.\s*)?$|\bnot\s+(?:os\s*\.\s*)?$/.test(before)) {
    if (/^\s*assert\b/.test(before)) return 'demands';
    return givesUp(linesBelow(source, call)[0]) && /\bnot\b|\bis\s+None/.test(before + behind) ? 'demands' : 'tests';
  }
  if (/^\s*\)\s*(?:==|!=|in\b|is\b)/.test(behind)) return 'tests';
  const name = /^\s*(\w+)\s*(?::[^=]+)?=\s*(?:os\s*\.\s*)?$/.exec(before)?.[1];
  return name ? boundAsk(name, source, call) : 'reads';
}

/** The guard or default that often follows in the next lines; elsewhere in the file, a look whether it is there. */
function boundAsk(name: string, source: Source, call: Call): Ask {
  const below = linesBelow(source, call);
  const guard = below.findIndex((line) =>
    new RegExp(`^\\s*if\\s+(?:not\\s+${name}\\b|${name}\\s+is\\s+None|${name}\\s*==)`).test(line),
  );
  if (guard >= 0 && givesUp(below[guard + 1] ?? '')) return 'demands';
  if (guard >= 0) return 'falls_back';
  return new RegExp(`\\b(?:if|and|or|not)\\s+${name}\\b|\\b${name}\\s+(?:or|if|is)\\b`).test(
    source.code.slice(call.end),
  )
    ? 'tests'
    : 'reads';
}

function givesUp(line = ''): boolean {
  return /\braise\b|\bexit\s*\(|\babort\s*\(/.test(line);
}
