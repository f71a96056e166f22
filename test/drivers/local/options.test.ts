import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkOptions, readOptions } from '../../../src/drivers/local/options.ts';

it('fills in what was left out', () => {
  const checked = checkOptions({ drain_timeout: '1m30s', spa: true, port: 8080 });
  expect(checked).toEqual({
    ok: true,
    options: {
      host: '127.0.0.1',
      port: 8080,
      spa: 'index.html',
      immutable: [],
      routes: {},
      worker: false,
      stop_signal: 'SIGTERM',
      stop_timeout: 10_000,
      drain_timeout: 90_000,
      keep_alive: 75_000,
    },
  });
});

it('reports all problems at once, with the right name for a misspelt option', () => {
  const checked = checkOptions({ prot: 1, port: 70_000, host: 'a b', spa: '../x', worker: 'yes', drain_timeout: 5 });
  if (checked.ok) throw new Error('it was accepted');
  expect(checked.problems.map(({ path }) => path[0])).toEqual([
    'prot',
    'port',
    'host',
    'spa',
    'worker',
    'drain_timeout',
  ]);
  expect(checked.problems[0]?.fix).toBe('Did you mean port?');
});

it.each(['constructor', '__proto__', 'toString'])('takes %s for an unknown option', (name) => {
  const written: unknown = JSON.parse(`{"${name}": 1}`);
  expect(checkOptions(written)).toMatchObject({ ok: false, problems: [{ path: [name] }] });
});

it('never throws, whatever was written', () => {
  fc.assert(
    fc.property(fc.anything(), (written) => {
      const checked = checkOptions(written);
      if (checked.ok) expect(readOptions(checked.options).host).toBeTypeOf('string');
    }),
  );
});
