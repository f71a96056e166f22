import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeployerError } from '../../src/core/errors.ts';
import type { StampedEvent } from '../../src/core/event.ts';
import { readHistory } from '../../src/execute/history.ts';
import { createJournal, reopenJournal } from '../../src/execute/journal.ts';
import { parseJournal, readJournal } from '../../src/execute/journal-reader.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'journal-'));
  file = join(folder, 'runs', 'run_test', 'events.ndjson');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function event(seq: number, more: object = {}): StampedEvent {
  const stamp = { seq, at: '2030-01-01T00:00:00.000Z', run_id: 'run_test' };
  return { type: 'warning', message: `line ${seq}`, ...stamp, ...more } as StampedEvent;
}

async function written(count: number): Promise<void> {
  const journal = await createJournal(file);
  await Promise.all(Array.from({ length: count }, (_, index) => journal.append(event(index + 1))));
  await journal.close();
}

describe('a journal', () => {
  it('gives back what was put into it, in order', async () => {
    await written(100);
    const { events, torn } = await readJournal(file);
    expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(torn).toBeUndefined();
  });

  it('has each line in the file when its append resolves', async () => {
    const journal = await createJournal(file);
    for (const seq of [1, 2, 3]) {
      await journal.append(event(seq));
      expect((await readJournal(file)).events).toHaveLength(seq);
    }
    await journal.close();
  });

  it('is private: file 0600, folders 0700', async () => {
    await written(1);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'runs', 'run_test'))).mode & 0o777).toBe(0o700);
  });

  it('refuses to be created over another one', async () => {
    await written(1);
    await expect(createJournal(file)).rejects.toMatchObject({ failure: { code: 'IO_FAILED' } });
    expect((await readJournal(file)).events).toHaveLength(1);
  });

  it('takes no line after it was closed', async () => {
    const journal = await createJournal(file);
    await journal.close();
    await expect(journal.append(event(1))).rejects.toBeInstanceOf(DeployerError);
  });

  it('goes on behind the last whole line, the torn rest cut off', async () => {
    await written(3);
    await appendFile(file, '{"seq":4,"type":"warn');
    const { journal, content } = await reopenJournal(file);
    expect(content.torn).toEqual({ line: 4, bytes: 21 });
    await journal.append(event(4));
    await journal.close();
    const { events, torn } = await readJournal(file);
    expect([events.length, torn]).toEqual([4, undefined]);
  });
});

describe('reading a journal', () => {
  it('drops a torn last line, wherever it was torn, and says so', async () => {
    await written(3);
    const whole = await readFile(file);
    const before = 1 + whole.subarray(0, whole.length - 1).lastIndexOf(10);
    for (let length = before + 1; length < whole.length; length++) {
      expect(parseJournal(whole.subarray(0, length), file)).toMatchObject({
        events: [{ seq: 1 }, { seq: 2 }],
        whole_bytes: before,
        torn: { line: 3, bytes: length - before },
      });
    }
  });

  it('drops a last line that ends but is not whole', async () => {
    await written(2);
    await appendFile(file, `${'\0'.repeat(30)}\n`);
    expect(await readJournal(file)).toMatchObject({ events: [{ seq: 1 }, { seq: 2 }], torn: { line: 3, bytes: 31 } });
  });

  it.each([
    ['half a line', '{"seq":2,', 2],
    ['a missing line', JSON.stringify(event(3)), 2],
    ['a line twice', JSON.stringify(event(1)), 2],
    ['the line of another run', JSON.stringify(event(2, { run_id: 'run_other' })), 2],
    ['an event that nobody knows', JSON.stringify(event(2, { type: 'operation.exploded' })), 2],
    ['an inherited name as type', JSON.stringify(event(2, { type: 'constructor' })), 2],
    [
      'an outcome without outputs',
      JSON.stringify(event(2, { type: 'operation.succeeded', operation: 'a', duration_ms: 1 })),
      2,
    ],
    [
      'a failure with an unknown code',
      JSON.stringify(
        event(2, {
          type: 'operation.failed',
          operation: 'a',
          duration_ms: 1,
          failure: { code: 'toString', reason: '' },
        }),
      ),
      2,
    ],
    ['an empty line', '', 2],
  ])('refuses %s in the middle, naming file and line', async (_what, line, number) => {
    await written(1);
    await appendFile(file, `${line}\n${JSON.stringify(event(3))}\n`);
    await expect(readJournal(file)).rejects.toMatchObject({
      failure: {
        code: 'STATE_CORRUPT',
        place: { file, line: number },
        reason: expect.stringContaining(`Line ${number} of the journal ${file}`),
      },
    });
  });

  it('refuses a gap at the end too: a whole line with a wrong number was not torn', async () => {
    await written(2);
    await appendFile(file, `${JSON.stringify(event(4))}\n`);
    await expect(readJournal(file)).rejects.toMatchObject({ failure: { code: 'STATE_CORRUPT', place: { line: 3 } } });
  });

  it('tells a missing journal from one that cannot be read', async () => {
    await expect(readJournal(file)).rejects.toMatchObject({ failure: { code: 'NOT_FOUND' } });
    await expect(readJournal(folder)).rejects.toMatchObject({ failure: { code: 'IO_FAILED' } });
    await expect(readJournal('/dev/zero')).rejects.toMatchObject({ failure: { code: 'IO_FAILED' } });
  });

  it('takes an empty file for a run that had not begun', async () => {
    await written(0);
    const { events } = await readJournal(file);
    expect(readHistory(events)).toMatchObject({ plan_id: undefined, last_seq: 0 });
  });

  it('answers or refuses for any bytes, and never loses a line before the last', async () => {
    await written(5);
    const whole = await readFile(file);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.uint8Array({ maxLength: 20 }), fc.nat(30), (at, bytes, removed) => {
        const events = readOrRefuse(Buffer.concat([whole.subarray(0, at), bytes, whole.subarray(at + removed)]));
        expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
      }),
      { numRuns: 1_000 },
    );
  });

  it('reads any text without falling over', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.json(), fc.string()), { maxLength: 5 }), (lines) => {
        readHistory(readOrRefuse(Buffer.from(lines.join('\n'))));
      }),
      { numRuns: 1_000 },
    );
  });
});

/** Its events, or none when it was refused in the one way there is. */
function readOrRefuse(bytes: Buffer): readonly StampedEvent[] {
  try {
    return parseJournal(bytes, file).events;
  } catch (error) {
    expect(error).toMatchObject({ failure: { code: 'STATE_CORRUPT' } });
    return [];
  }
}
