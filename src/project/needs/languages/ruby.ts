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

const SYNTAX = { lineComments: ['#'], quotes: ['"', "'"], interpolation: '#{' } as const;
const INDEXED = /\bENV\s*\[\s*["']/g;
const CALLED = /\bENV\s*\.\s*(fetch|key\?|has_key\?|include\?|delete)\s*\(?\s*["']/g;
const EMBEDDED = /<%=?([\s\S]*?)%>/g;

export function scanRuby(text: string): FileFacts {
  return text.includes('ENV') ? factsOf(text) : NO_FACTS;
}

/** Rails' YAML files: only what stands in their tags is Ruby. */
export function scanEmbeddedRuby(text: string): FileFacts {
  if (!text.includes('ENV')) return NO_FACTS;
  let code = '';
  for (const { index, 1: body = '' } of text.matchAll(EMBEDDED)) {
    const start = text.indexOf(body, index);
    code += text.slice(code.length, start).replace(/[^\n]/g, ' ') + body;
  }
  return factsOf(code);
}

function factsOf(text: string): FileFacts {
  const source = readSource(
    text.replace(/^=begin\b[\s\S]*?^=end\b/gm, (block) => block.replace(/[^\n]/g, ' ')),
    SYNTAX,
  );
  const indexed = callsIn(source, INDEXED).map((call): Judged => [call, `ENV["${call.key}"]`, indexAsk(source, call)]);
  const called = callsIn(source, CALLED).map(
    (call): Judged => [call, `ENV.${call.groups[0]}("${call.key}")`, callAsk(source, call)],
  );
  return { mentions: mentionsAt(source, [...indexed, ...called]) };
}

function indexAsk(source: Source, call: Call): Ask | undefined {
  const [before, behind] = lineAround(source, call);
  if (/^\s*\]\s*(?:=(?![=~])|\|\|=)/.test(behind)) return undefined;
  if (/^\s*\]\s*(?:\|\||or\b)/.test(behind))
    return /^\s*\]\s*(?:\|\||or)\s*(?:raise|abort)\b/.test(behind) ? 'demands' : 'falls_back';
  if (/^\s*\]\s*(?:&\.|\.(?:present|blank|nil|empty|presence)\b|==|!=|=~|\?|&&)/.test(behind)) return 'tests';
  if (/\b(?:if|unless|elsif|while)\s+!?\s*$|!\s*$/.test(before)) return guardAsk(before, source, call);
  return 'reads';
}

function guardAsk(before: string, source: Source, call: Call): Ask {
  const below = linesBelow(source, call)[0] ?? '';
  return /\b(?:raise|abort|exit)\b/.test(before + below) && /\bunless\b|!/.test(before) ? 'demands' : 'tests';
}

function callAsk(source: Source, call: Call): Ask | undefined {
  const name = call.groups[0];
  if (name === 'delete') return undefined;
  if (name !== 'fetch') return 'tests';
  return /^\s*(?:,|\)?\s*(?:\{|do\b))/.test(source.code.slice(call.end)) ? 'falls_back' : 'demands';
}
