import { describe, expect, it } from 'vitest';
import { colourStyle, plainStyle } from '../../src/report/style.ts';
import { facts, table } from '../../src/report/table.ts';

const BOLD = { bold: (text: string) => `<${text}>` };

describe('a table', () => {
  it('aligns columns, and ends no line with blanks', () => {
    expect(
      table(
        ['a', 'long'],
        [
          ['wide cell', ''],
          ['x', 'y'],
        ],
      ),
    ).toBe('a          long\nwide cell\nx          y');
  });

  it('keeps its columns when cells have colours', () => {
    const painted = table(
      ['a', 'b'],
      [
        [{ text: 'x', paint: (text) => `<${text}>` }, 'y'],
        ['xx', 'y'],
      ],
      BOLD,
    );
    expect(painted).toBe('<a>   <b>\n<x>   y\nxx  y');
  });

  it('shows escapes instead of obeying them', () => {
    expect(table(['a'], [['\x1b[2J\n']])).toBe('a\n\\x1b[2J\\n');
  });

  it('is empty without rows', () => {
    expect(table(['a'], [])).toBe('');
  });
});

describe('facts', () => {
  it('align their values and leave out what is not there', () => {
    expect(
      facts([
        ['name', 'x'],
        ['longer', 'y'],
        ['none', undefined],
        ['empty', ''],
      ]),
    ).toBe('name:   x\nlonger: y');
  });

  it('are plain without a style', async () => {
    expect(facts([['a', 'b']], plainStyle)).toBe('a: b');
    expect(facts([['a', 'b']], await colourStyle())).toContain('\x1b[1m');
  });
});
