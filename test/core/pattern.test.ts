import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePattern } from '../../src/core/pattern/pattern.ts';
import { processorTime } from '../support/processor-time.ts';

const matches = (source: string, text: string) => {
  const pattern = compilePattern(source);
  if (typeof pattern === 'string') throw new Error(pattern);
  return pattern.matches(text);
};

describe('a pattern', () => {
  it.each([
    ['(?=a)a', '(?'],
    ['(?<n>a)', '(?'],
    ['(a)\\1', '\\1'],
    ['\\bword', '\\b'],
    ['a**', 'quantifier'],
    ['*a', 'nothing before'],
    ['a{2,1}', 'out of order'],
    ['[z-a]', 'out of order'],
    ['[a', 'ends too early'],
    ['(a', 'without a ")"'],
    ['a)', 'without a "("'],
    ['a{', '"{"'],
    ['^*', 'anchor'],
    ['((a{1000}){1000}){1000}', 'repeats too much'],
    ['a'.repeat(501), 'longer than 500'],
  ])('%j is refused with its reason', (source, reason) => {
    expect(compilePattern(source)).toContain(reason);
  });

  it('has to match the whole text', () => {
    expect(matches('b', 'abc')).toBe(false);
    expect(matches('^[A-Z]{3}-\\d+$', 'ABC-42')).toBe(true);
    expect(matches('a|bc', 'bc')).toBe(true);
    expect(matches('(((){9999}){9999}){9999}a?', 'a')).toBe(true);
    expect(matches('.', '💥')).toBe(true);
  });

  it('says what JavaScript says', () => {
    const piece = fc.constantFrom(
      'a',
      'b',
      '.',
      '\\d',
      '\\W',
      '[ab]',
      '[^a-c]',
      '[\\d-]',
      '\\.',
      '^',
      '$',
      '(?:a|bb)',
      '(a|)',
      '\\u0041',
    );
    const quantifier = fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,3}', '{0,}', '*?');
    const part = fc.tuple(piece, quantifier).map(([one, times]) => (/[$^]$/.test(one) ? one : one + times));
    const whole = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(''));
    const source = fc.tuple(whole, whole).map(([left, right]) => `(${left}|${right})+${left}`);
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', '-', '.', 'A', '\n'), maxLength: 8 });
    fc.assert(
      fc.property(source, text, (source, text) => {
        expect([source, text, matches(source, text)]).toEqual([
          source,
          text,
          new RegExp(`^(?:${source})$`, 'u').test(text),
        ]);
      }),
      { numRuns: 1000, seed: 11 },
    );
  });

  it.each([
    '(a+)+$',
    '(a|a)*b',
    '(a|aa)+$',
    '.*.*.*.*=',
    '(.*a){12}$',
  ])('%s takes time linear in the text', async (source) => {
    const time = (length: number) => processorTime(() => matches(source, `${'a'.repeat(length)}!`));
    await time(2_000);
    expect(await time(20_000)).toBeLessThan(2_000);
  });
});
