import { describe, expect, it } from 'vitest';
import { readDirectives } from '../../../src/migrations/sql/directives.ts';

const none = { noTransaction: false, compatible: false, mistakes: [] };

describe('readDirectives', () => {
  it('reads all directives of the leading comments', () => {
    const text =
      '/* Copyright\n   nobody */\n-- Adds a column.\n-- deployer:phase contract\n--deployer:no-transaction\n\n-- deployer: compatible\nselect 1';
    expect(readDirectives(text)).toEqual({ phase: 'contract', noTransaction: true, compatible: true, mistakes: [] });
  });

  it('reads them in code too', () => {
    expect(readDirectives('// deployer:phase expand\nexports.up = 1')).toEqual({ ...none, phase: 'expand' });
    expect(readDirectives('/**\n * deployer:phase expand\n */\nexports.up = 1')).toEqual({ ...none, phase: 'expand' });
  });

  it('leaves alone what stands behind the first statement', () => {
    expect(readDirectives("select 1;\n-- deployer:phase expand\nselect '-- deployer:compatible'")).toEqual(none);
  });

  it('reports what it does not know, with what was perhaps meant', () => {
    expect(readDirectives('-- deployer:no-transactions\n-- deployer:fase expand').mistakes).toEqual([
      '"deployer:no-transactions" is not known. Did you mean "no-transaction"?',
      '"deployer:fase expand" is not known. Did you mean "phase expand"?',
    ]);
    expect(readDirectives('-- deployer:phase expand\n-- deployer:phase contract').mistakes).toEqual([
      'It says both phases',
    ]);
  });

  it('takes any text', () => {
    expect(readDirectives('')).toEqual(none);
    expect(readDirectives('/* never closed')).toEqual(none);
  });
});
