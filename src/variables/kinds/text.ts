import { type Flaw, standIn, wrong } from './kind.ts';

const PLACEHOLDER = new RegExp(
  `^(?:${[
    'change[-_ ]?(?:me|this|it)\\W*',
    'replace[-_ ]?(?:me|this|it)\\W*',
    'to[-_ ]?do',
    'tbd',
    'placeholder',
    'dummy',
    'x{3,}',
    '\\*{3,}',
    '\\.{3,}',
    '…',
    '<[^<>]*>',
    'your[-_ ][\\w -]*',
    'insert[-_ ][\\w -]*',
  ].join('|')})$`,
  'i',
);

/** Longer ones are real. */
const LONGEST_PLACEHOLDER = 100;

/** What people write where a value is still to come. */
export function isPlaceholder(value: string): boolean {
  return value.length <= LONGEST_PLACEHOLDER && PLACEHOLDER.test(value.trim());
}

const QUOTED = /^(["'`]).*\1$/s;

export const HAS_BLANKS = 'has blanks in it';

/** What no key, token or URL has: nothing at all, a placeholder, quotes, blanks. */
export function untidy(value: string, expected: string): Flaw | undefined {
  if (value === '') return wrong('is empty', expected);
  if (isPlaceholder(value)) return standIn('still has a placeholder', expected);
  if (QUOTED.test(value)) return wrong('has quotes around it, which become part of the value', expected);
  if (/\s/.test(value)) return wrong(HAS_BLANKS, expected);
  return undefined;
}
