import { parseEnv } from 'node:util';
import { canonicalJson } from '../core/json.ts';

/** Read as it is by every dialect: nothing to expand, no comment, no blank. */
const BARE = /^[\w./:@%+,=-]+$/;

/** `NAME=value` in whichever quotes node's `parseEnv` reads back exactly; `undefined` where none do. */
export function dotenvLine(name: string, value: string): string | undefined {
  const quoted = ["'", '"', '`'].map((quote) => `${quote}${value}${quote}`);
  const forms = BARE.test(value) ? [value] : [...quoted, value];
  return forms.map((form) => `${name}=${form}`).find((line) => isExact(line, name, value));
}

function isExact(line: string, name: string, value: string): boolean {
  const read = parseEnv(`${line}\n`);
  return Object.keys(read).length === 1 && Object.hasOwn(read, name) && read[name] === value;
}

/**
 * The text of a dotenv file with one variable set: where it stands, or at the end. Comments and other lines stay as they are.
 * `undefined` where the value, or what stands around it, could then not be read back exactly.
 */
export function withVariable(text: string, name: string, value: string): string | undefined {
  const line = dotenvLine(name, value);
  if (line === undefined) return undefined;
  const { changed, found } = replaced(text, name, line);
  const next = found ? changed : `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`;
  return changesOnly(name, { from: text, to: next, value }) ? next : undefined;
}

/** A line, or several where a quoted value goes on: indent and `export`, the name, the value, and what stands behind it. */
const ASSIGNMENT =
  /([^\S\n]*(?:export[^\S\n]+)?)([^\s=#][^=\n]*)=[^\S\n]*(?:'[^']*'|"[^"]*"|`[^`]*`|[^\n#]*?)([^\S\n]*(?:#[^\n]*)?)(?=\n|$)/y;
const LINE = /[^\n]*/y;

function replaced(text: string, name: string, line: string): { changed: string; found: boolean } {
  const parts: string[] = [];
  let found = false;
  for (let at = 0; at <= text.length; at++) {
    const match = matchAt(ASSIGNMENT, text, at);
    const whole = (match ?? matchAt(LINE, text, at))?.[0] ?? '';
    const isIt = match?.[2]?.trimEnd() === name;
    found ||= isIt;
    parts.push(isIt ? `${match?.[1]}${line}${match?.[3]}` : whole);
    at += whole.length;
  }
  return { changed: parts.join('\n'), found };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function changesOnly(name: string, { from, to, value }: { from: string; to: string; value: string }): boolean {
  return canonicalJson({ ...parseEnv(from), [name]: value }) === canonicalJson({ ...parseEnv(to) });
}
