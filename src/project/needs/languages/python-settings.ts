import { lineCounter, type Mention } from '../mention.ts';
import type { Source } from './calls.ts';

const CLASS = /^([ \t]*)class\s+\w+\s*\([^)]*\bBaseSettings\b[^)]*\)\s*:/gm;
const FIELD = /^([a-zA-Z]\w*)\s*:\s*([^=\n]+?)\s*(?:=\s*(.*))?$/;

/** Fields of pydantic's settings classes: each is a variable, unless the class says under which name it is looked up. */
export function settingsFields(source: Source): readonly Mention[] {
  const lineOf = lineCounter(source.text);
  return [...source.code.matchAll(CLASS)].flatMap((match) =>
    fieldsOf(source, match.index + match[0].length, (match[1] ?? '').length).map(({ key, name, at, asks }): Mention => {
      return { key, line: lineOf(at), shown: `${name} in BaseSettings`, asks, when: 'run' };
    }),
  );
}

interface Field extends Pick<Mention, 'key' | 'asks'> {
  readonly name: string;
  readonly at: number;
}

/** The lines of the class one step in; deeper ones belong to methods or go on with a field. */
function fieldsOf({ code, text }: Source, from: number, outer: number): readonly Field[] {
  const fields: Field[] = [];
  const end = bodyEnd(code, from, outer);
  const body = text.slice(from, end);
  const prefix = /\benv_prefix\s*=\s*["'](\w*)["']/.exec(body)?.[1] ?? '';
  let inner: number | undefined;
  let at = code.indexOf('\n', from) + 1;
  for (const line of code.slice(at, end).split('\n')) {
    const indent = line.length - line.trimStart().length;
    if (line.trim() !== '') inner ??= indent;
    const match = indent === inner ? FIELD.exec(line.trim()) : null;
    if (match) fields.push(...fieldOf(match, text.slice(at, at + line.length), at, prefix));
    at += line.length + 1;
  }
  return fields;
}

function fieldOf(
  [, name = '', type = '', value]: RegExpExecArray,
  line: string,
  at: number,
  prefix: string,
): readonly Field[] {
  if (name === 'model_config' || /\bClassVar\b/.test(type)) return [];
  const alias = /\b(?:env|alias|validation_alias)\s*=\s*["'](\w+)["']/.exec(line)?.[1];
  return [
    { key: alias ?? (prefix + name).toUpperCase(), name, at, asks: isGiven(type, value) ? 'falls_back' : 'demands' },
  ];
}

/** `= Field(...)` and `= Field(alias=…)` have no default. */
function isGiven(type: string, value: string | undefined): boolean {
  if (value === undefined) return false;
  const field = /^Field\s*\((.*)/.exec(value);
  if (!field) return value.trim() !== '...';
  const first = (field[1] ?? '').trim();
  if (/\bdefault(?:_factory)?\s*=/.test(first)) return true;
  return first !== '' && !/^(?:\.\.\.|\w+\s*=|\))/.test(first) && !/^Optional/.test(type);
}

function bodyEnd(code: string, from: number, outer: number): number {
  let at = code.indexOf('\n', from);
  while (at >= 0) {
    const next = code.indexOf('\n', at + 1);
    const line = code.slice(at + 1, next < 0 ? code.length : next);
    if (line.trim() !== '' && line.length - line.trimStart().length <= outer) return at;
    at = next;
  }
  return code.length;
}
