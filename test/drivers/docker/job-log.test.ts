import { describe, expect, it } from 'vitest';
import { unseen } from '../../../src/drivers/docker/release/job.ts';

const lines = (text: string) => [...text].map((line) => ({ channel: 'stdout', line }) as const);
const rest = (last: string, seen: string) =>
  unseen(lines(last), lines(seen))
    .map(({ line }) => line)
    .join('');

describe('of a log that was followed, what is not seen yet', () => {
  it.each([
    ['abc', 'abc', ''],
    ['abcd', 'abc', 'd'],
    ['ab', '', 'ab'],
    ['', 'ab', ''],
    ['aaa', 'aa', 'a'],
    ['cde', 'abcd', 'e'],
    ['xyz', 'abc', 'xyz'],
  ])('is, of %j after %j, %j', (last, seen, wanted) => {
    expect(rest(last, seen)).toBe(wanted);
  });

  it('is told by the stream too', () => {
    const other = [{ channel: 'stderr', line: 'a' }] as const;
    expect(unseen(other, lines('a'))).toEqual(other);
  });

  it('leaves out the first of as many lines as were asked for, which may be the end of one', () => {
    const last = lines(`${'x'.repeat(499)}y`);
    expect(unseen([{ channel: 'stdout', line: 'half' }, ...last.slice(1)], lines('x'.repeat(499)))).toEqual(lines('y'));
  });
});
