import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Redactor } from '../../src/core/redact.ts';
import { Secret } from '../../src/core/secret.ts';
import { CANARIES, encodingsOfCanary, findLeaks } from '../support/leaks.ts';
import { leastProcessorTime } from '../support/processor-time.ts';

const RUNS = process.env['DEPLOYER_LONG'] ? 50_000 : 1_000;

describe('redactor', () => {
  test('masks a plain value and leaves the text around it', () => {
    expect(redactorOf('hunter2-long').redact('pw=hunter2-long;')).toBe('pw=[secret];');
  });

  test('takes wrapped secrets', () => {
    expect(redactorOf(new Secret('hunter2-long')).redact('hunter2-long')).toBe('[secret]');
  });

  test('answers the same text when it knows no values', () => {
    expect(new Redactor().redact('anything')).toBe('anything');
  });

  test('does not mask values below six characters', () => {
    expect(redactorOf('abcde').redact('abcde')).toBe('abcde');
    expect(redactorOf('abcdef').redact('abcdef')).toBe('[secret]');
  });

  test('does not care about case', () => {
    expect(redactorOf('Hunter-Äpfel').redact('HUNTER-äPFEL')).toBe('[secret]');
  });

  test('masks the whole stretch where values overlap', () => {
    expect(redactorOf('abcdef', 'defghi').redact('<abcdefghi>')).toBe('<[secret]>');
    expect(redactorOf('abcdef', 'xxabcdefyy').redact('xxabcdefyy')).toBe('[secret]');
    expect(redactorOf('abcdef', 'xxabcdefyy').redact('xxabcdefyz')).toBe('xx[secret]yz');
  });

  test('leaves its own marks whole when the word in them is a value', () => {
    const redactor = redactorOf('secret');
    expect(redactor.redact('a secret')).toBe('a [secret]');
    expect(redactor.redact(redactor.redact('a secret'))).toBe('a [secret]');
  });

  test('masks the password of a database URL alone, as written and decoded', () => {
    const redactor = redactorOf('postgres://shop:p%40ss-word@db.example.com/shop');
    expect(redactor.redact('for p%40ss-word and p@ss-word')).toBe('for [secret] and [secret]');
  });

  test('does not take a password for a secret that is the user or the scheme', () => {
    const redactor = redactorOf('postgres://postgres:postgres@localhost/shop');
    expect(redactor.redact('postgres is up')).toBe('postgres is up');
    expect(redactor.redact('postgres://postgres:postgres@localhost/shop')).toBe('[secret]');
  });

  test('leaves the member names of our own formats alone', () => {
    expect(redactorOf('status').redactDeep({ status: 'status' })).toEqual({ status: '[secret]' });
  });

  test('masks each line of a value with several lines', () => {
    const key = '-----BEGIN KEY-----\nMIIEvQIBADAN\r\n  BgkqhkiG9w0B\n-----END KEY-----\n';
    expect(redactorOf(key).redact('bad line BgkqhkiG9w0B in key')).toBe('bad line [secret] in key');
    expect(redactorOf(key).redact(key.trim())).toBe('[secret]');
  });

  test('masks the beginning of a value in front of an ellipsis', () => {
    expect(redactorOf('correct-horse-battery').redact('body: correct-horse…')).toBe('body: [secret]…');
    expect(redactorOf('correct-horse-battery').redact('correct-horse')).toBe('correct-horse');
  });

  test('masks strings and member names deep in a value, and leaves the rest', () => {
    const value = { list: ['x hunter2-long', 7, null, true], 'hunter2-long': { deep: 'hunter2-long' } };
    expect(redactorOf('hunter2-long').redactDeep(value)).toEqual({
      list: ['x [secret]', 7, null, true],
      '[secret]': { deep: '[secret]' },
    });
  });

  test('values do not show when the redactor itself is printed', async () => {
    const { inspect } = await import('node:util');
    const redactor = redactorOf('hunter2-long');
    redactor.redact('compiled now');
    expect(inspect(redactor, { showHidden: true, depth: 9 }) + JSON.stringify(redactor)).not.toContain('hunter2');
  });

  test.each(
    CANARIES.map((canary) => [canary.name, canary] as const),
  )('masks every encoding of a value: %s', (_, canary) => {
    const redactor = redactorOf(canary.value);
    for (const [encoding, text] of encodingsOfCanary(canary.value)) {
      const sink = { name: encoding, text: redactor.redact(`before ${text} after`) };
      expect(findLeaks([sink], [canary])).toEqual([]);
    }
  });

  test('masking twice is masking once, whatever the values', () => {
    const words = fc.array(fc.string({ minLength: 6, maxLength: 12, unit: fc.constantFrom(...'abc[]secrt') }), {
      maxLength: 5,
    });
    const text = fc.string({ maxLength: 80, unit: fc.constantFrom(...'abc[]secrt…') });
    fc.assert(
      fc.property(words, text, (values, written) => {
        const redactor = redactorOf(...values);
        const once = redactor.redact(written);
        expect(redactor.redact(once)).toBe(once);
      }),
      { numRuns: RUNS },
    );
  });

  test('masks what a slow and simple search would mask', () => {
    const words = fc.array(fc.string({ minLength: 6, maxLength: 9, unit: fc.constantFrom('a', 'b', 'c') }), {
      maxLength: 4,
    });
    const text = fc.string({ maxLength: 60, unit: fc.constantFrom('a', 'b', 'c', ' ') });
    fc.assert(
      fc.property(words, text, (values, written) => {
        expect(redactorOf(...values).redact(written)).toBe(maskSlowly(written, values));
      }),
      { numRuns: RUNS },
    );
  });

  test('survives any text and any value', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary', maxLength: 40 })),
        fc.string({ unit: 'binary' }),
        (values, text) => {
          expect(typeof redactorOf(...values).redact(text)).toBe('string');
        },
      ),
      { numRuns: RUNS },
    );
  });

  test('survives lone surrogates', () => {
    expect(redactorOf('\ud800value\udc00').redact('a \ud800value\udc00 b')).toBe('a [secret] b');
  });

  test('stays linear with many values and long text', () => {
    const redactor = redactorOf(...Array.from({ length: 200 }, (_, index) => `value-${index}-${'x'.repeat(index)}`));
    redactor.redact('compile');
    const timeFor = (count: number) =>
      leastProcessorTime(5, () => void redactor.redact('lorem value ipsum '.repeat(count)));
    // Ten times the text; work that grows with the square of it would take a hundred times as long.
    const short = timeFor(5_000);
    expect(timeFor(50_000)).toBeLessThan(40 * Math.max(short, 1));
  });
});

describe('redacting stream', () => {
  test('finds a value whatever the chunks are', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CANARIES), fc.infiniteStream(fc.integer({ min: 1, max: 9 })), (canary, sizes) => {
        const redactor = redactorOf(canary.value);
        for (const [encoding, text] of encodingsOfCanary(canary.value)) {
          const whole = `one ${text} two ${text}${text}`;
          const out = streamed(redactor, whole, sizes);
          expect(findLeaks([{ name: encoding, text: out }], [canary])).toEqual([]);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('puts together what masking the whole text gives, whatever the chunks are', () => {
    const words = fc.array(fc.string({ minLength: 6, maxLength: 9, unit: fc.constantFrom('a', 'b', 'c') }), {
      maxLength: 4,
    });
    const text = fc.string({ maxLength: 60, unit: fc.constantFrom('a', 'b', 'c', ' ', '…') });
    fc.assert(
      fc.property(words, text, fc.infiniteStream(fc.integer({ min: 0, max: 5 })), (values, written, sizes) => {
        const redactor = redactorOf(...values);
        expect(streamed(redactor, written, sizes)).toBe(redactor.redact(written));
      }),
      { numRuns: RUNS },
    );
  });

  test('holds back no more than the beginning of a value', () => {
    const stream = redactorOf('hunter2-long').stream();
    expect(stream.push('password is hun')).toBe('password is ');
    expect(stream.push('gry')).toBe('hungry');
    expect(stream.flush()).toBe('');
  });

  test('holds little back even when one value follows another without end', () => {
    const stream = redactorOf('aaaaaa').stream();
    let out = '';
    for (let round = 0; round < 1_000; round++) out += stream.push('aaa');
    expect(out + stream.flush()).toBe('[secret]');
  });

  test('knows values that are added while it holds something back', () => {
    const redactor = redactorOf('abcdef');
    const stream = redactor.stream();
    expect(stream.push('xx abc')).toBe('xx ');
    redactor.add('abcxyz');
    expect(stream.push('xyz!') + stream.flush()).toBe('[secret]!');
  });
});

function redactorOf(...values: (string | Secret)[]): Redactor {
  const redactor = new Redactor();
  redactor.add(...values);
  return redactor;
}

function streamed(redactor: Redactor, text: string, sizes: Iterable<number>): string {
  const stream = redactor.stream();
  let [out, rest] = ['', text];
  for (const size of sizes) {
    out += stream.push(rest.slice(0, size));
    rest = rest.slice(size);
    if (rest === '') break;
  }
  return out + stream.flush();
}

/** Marks each place of the text that belongs to a value, then replaces each run of marks; separate finds stay separate. */
function maskSlowly(text: string, values: readonly string[]): string {
  const finds = values
    .flatMap((value) => [...text].map((_, start) => ({ start, end: start + value.length, value })))
    .filter(({ start, value }) => text.startsWith(value, start))
    .sort((a, b) => a.start - b.start || b.end - a.end);
  let [out, done] = ['', 0];
  for (const { start, end } of finds) {
    if (done === 0 || start >= done) out += `${text.slice(done, start)}[secret]`;
    done = Math.max(done, end);
  }
  return out + text.slice(done);
}

/** The best of three, so that a busy machine does not decide. */
