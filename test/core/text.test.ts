import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { printable, printableLine } from '../../src/core/text.ts';

describe('printable text', () => {
  test.each([
    ['a colour', '\x1b[31mred', '\\x1b[31mred'],
    ['a window title', '\x1b]0;title\x07', '\\x1b]0;title\\x07'],
    ['an 8-bit escape', '\x9b31m', '\\x9b31m'],
    ['a carriage return', 'ok\rfailed', 'ok\\x0dfailed'],
    ['a backspace', 'a\bb', 'a\\x08b'],
    ['text from right to left', 'a\u202eb\u2066c\u061cd', 'a\\u202eb\\u2066c\\u061cd'],
    ['a line separator', 'a\u2028b', 'a\\u2028b'],
  ])('%s is shown escaped', (_, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  test('what no text may hold is escaped', () => {
    expect(printableLine('a\ufffeb\uffff')).toBe('a\\ufffeb\\uffff');
  });

  test('letters of any language, newlines and tabs stay', () => {
    expect(printable('Größe 漢字 🔑\n\tx')).toBe('Größe 漢字 🔑\n\tx');
  });

  test('on one line newlines and tabs are escaped too', () => {
    expect(printableLine('a\n\tb')).toBe('a\\n\\tb');
  });

  test('whatever the text, nothing that moves a cursor is left, and once is enough', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = printableLine(text);
        expect(line).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
        expect(printableLine(line)).toBe(line);
      }),
      { numRuns: 1_000 },
    );
  });
});
