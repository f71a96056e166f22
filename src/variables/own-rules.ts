import { compilePattern, type Pattern } from '../core/pattern/pattern.ts';
import type { VariableRules } from '../core/variable-spec.ts';
import { type Flaw, wrong } from './kinds/kind.ts';

/** Characters of a value that a pattern is held against. */
const LONGEST_MATCHED = 32_768;

/** What an owner's rules find wrong with a value; all of it. */
export function ownFlaws(value: string, { pattern, min_length, max_length }: VariableRules): Flaw[] {
  const length = [...value].length;
  return [
    ...(min_length !== undefined && length < min_length
      ? [wrong('is too short', `at least ${min_length} characters`)]
      : []),
    ...(max_length !== undefined && length > max_length
      ? [wrong('is too long', `at most ${max_length} characters`)]
      : []),
    ...(pattern === undefined ? [] : patternFlaw(value, pattern)),
  ];
}

function patternFlaw(value: string, source: string): Flaw[] {
  const pattern = compiled(source);
  if (typeof pattern === 'string')
    return [{ ...wrong(`cannot be checked: its pattern ${pattern}`), fix: 'Correct it' }];
  const expected = `a value that matches ${source}`;
  if (value.length > LONGEST_MATCHED)
    return [wrong(`is longer than the ${LONGEST_MATCHED} characters that patterns are for`, expected)];
  return pattern.matches(value) ? [] : [wrong('does not match its pattern', expected)];
}

const patterns = new Map<string, Pattern | string>();

function compiled(source: string): Pattern | string {
  const pattern = patterns.get(source) ?? compilePattern(source);
  patterns.set(source, pattern);
  return pattern;
}
