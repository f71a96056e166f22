import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { DeployerError } from '../../src/core/errors.ts';
import type { Http, Processes } from '../../src/core/ports.ts';
import type { ProviderFactory, ProviderWorld, SecretReference, SecretValue } from '../../src/core/provider.ts';
import { Secret } from '../../src/core/secret.ts';
import { createResolver } from '../../src/secrets/resolver.ts';
import { systemClock } from '../../src/system/clock.ts';
import { failureOf } from '../support/failure-of.ts';
import { until } from '../support/waiting.ts';

const signal = new AbortController().signal;

describe('resolving', () => {
  test('puts values into a text, each read once, and hides them by themselves too', async () => {
    const { resolver, asked } = resolverWith(async ({ path }) => ({ value: new Secret(`p@ss ${path}`), version: '3' }));
    const texts = { URL: 'db://app:${secret:fake:a#k|url}@${secret:fake:b#k}', SAME: 'fake:a#k' };
    const { values, hidden, findings } = await resolver.resolveAll(texts, signal);
    expect(findings).toEqual([]);
    expect(values['URL']?.reveal()).toBe('db://app:p%40ss%20a@p@ss b');
    expect(asked.sort()).toEqual(['fake:a#k', 'fake:b#k']);
    expect(hidden.map((secret) => secret.reveal())).toEqual(expect.arrayContaining(['p@ss a', 'p@ss b']));
    expect((await resolver.resolve(texts.URL, signal)).version).toBe('3,3');
  });

  test('says of a text what is wrong with a part of it', async () => {
    const { resolver } = resolverWith(async () => ({ value: new Secret('abc') }));
    const { values, findings } = await resolver.resolveAll(
      { A: '${secret:fake:a#k} and more', B: '${secret:fake:a#k} ${secret:nothing}' },
      signal,
    );
    expect(Object.keys(values)).toEqual(['A']);
    expect(findings).toMatchObject([
      { level: 'error', code: 'INVALID_CONFIG', message: expect.stringMatching(/^B: /) },
      { level: 'warning', message: expect.stringMatching(/^A: .*shorter than 6/) },
    ]);
  });

  test('asks the provider that the reference names, once for all who ask', async () => {
    const { resolver, asked } = resolverWith(async ({ path }) => ({
      value: new Secret(`value of ${path}`),
      version: '3',
    }));
    const values = await Promise.all([resolver.resolve('fake:a#k', signal), resolver.resolve('fake:a#k', signal)]);
    await resolver.resolve('fake:a#k', signal);
    expect(values.map(({ value }) => value.reveal())).toEqual(['value of a', 'value of a']);
    expect(asked).toEqual(['fake:a#k']);
  });

  test('reads again after a failure', async () => {
    let times = 0;
    const { resolver } = resolverWith(async () => {
      if (++times === 1) throw new DeployerError({ code: 'PLATFORM_UNAVAILABLE', reason: 'down' });
      return { value: new Secret('back again') };
    });
    await expect(resolver.resolve('fake:a', signal)).rejects.toMatchObject({ code: 'PLATFORM_UNAVAILABLE' });
    expect((await resolver.resolve('fake:a', signal)).value.reveal()).toBe('back again');
  });

  test('who gives up does not take the read away from the others', async () => {
    const { resolver, asked } = resolverWith(
      (_, signal) =>
        new Promise((resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
          if (asked.length > 1) resolve({ value: new Secret('patience') });
        }),
    );
    const control = new AbortController();
    const first = resolver.resolve('fake:a', control.signal);
    const second = resolver.resolve('fake:a', signal);
    await until(() => asked.length === 1);
    control.abort(new Error('gave up'));
    await expect(first).rejects.toThrow('gave up');
    expect((await second).value.reveal()).toBe('patience');
  });

  test('an unknown provider is refused without showing what may be a pasted value', async () => {
    const { resolver } = resolverWith(async () => ({ value: new Secret('x') }));
    const failure = await failureOf(resolver.resolve('postgres://shop:hunter2@db/shop', signal));
    expect(failure).toMatchObject({ code: 'INVALID_CONFIG', reason: expect.stringContaining('fake') });
    expect(JSON.stringify(failure)).not.toMatch(/hunter2|postgres/);
  });

  test('a misspelt provider gets a suggestion', async () => {
    const { resolver } = resolverWith(async () => ({ value: new Secret('x') }));
    expect((await failureOf(resolver.resolve('fkae:a', signal)))?.fix).toBe('Did you mean fake:…?');
  });

  test.each(['constructor:x', 'tostring:x', '__proto__:x'])('%s is no provider', async (reference) => {
    const { resolver } = resolverWith(async () => ({ value: new Secret('x') }));
    expect(await failureOf(resolver.resolve(reference, signal))).toMatchObject({ code: 'INVALID_CONFIG' });
  });
});

describe('resolving all', () => {
  test('collects every problem, each with its variable and reference, and still gives what there is', async () => {
    const { resolver } = resolverWith(async ({ path, text }) => {
      if (path === 'gone')
        throw new DeployerError({ code: 'MISSING_ENV', reason: `${text} is not set`, fix: 'Set it' });
      if (path === 'broken') throw new SyntaxError('Unexpected token S, "S3CR3T-json" is not valid JSON');
      return { value: new Secret('long enough') };
    });
    const { values, findings } = await resolver.resolveAll(
      { GOOD: 'fake:good', GONE: 'fake:gone', BROKEN: 'fake:broken', PASTED: 'hunter2' },
      signal,
    );
    expect(Object.keys(values)).toEqual(['GOOD']);
    expect(findings).toEqual([
      {
        level: 'error',
        code: 'MISSING_ENV',
        message: 'Missing ENV: GONE (fake:gone is not set)',
        key: 'GONE',
        fix: 'Set it',
      },
      expect.objectContaining({ code: 'INTERNAL', message: 'BROKEN: An unexpected error occurred (SyntaxError)' }),
      expect.objectContaining({ code: 'INVALID_CONFIG', message: 'PASTED: This is not a reference to a secret' }),
    ]);
    expect(JSON.stringify(findings)).not.toMatch(/hunter2|S3CR3T/);
  });

  test('warns about a value that is too short to be masked', async () => {
    const { resolver } = resolverWith(async () => ({ value: new Secret('12345') }));
    const { values, findings } = await resolver.resolveAll({ PIN: 'fake:pin' }, signal);
    expect(values['PIN']?.reveal()).toBe('12345');
    expect(findings).toEqual([
      expect.objectContaining({ level: 'warning', message: expect.stringMatching(/^PIN: .*shorter than 6/) }),
    ]);
  });

  test('says a warning of the provider once', async () => {
    const { resolver } = resolverWith(async () => ({
      value: new Secret('long enough'),
      warnings: ['.env can be read by others'],
    }));
    const { findings } = await resolver.resolveAll({ A: 'fake:a', B: 'fake:b' }, signal);
    expect(findings).toEqual([{ level: 'warning', code: 'INVALID_ENV', message: '.env can be read by others' }]);
  });

  test('closes the providers when the last of those who ask has its answer', async () => {
    const log: string[] = [];
    let answer: () => void = () => undefined;
    const { resolver } = resolverWith(
      async ({ path }) => {
        log.push(`read ${path}`);
        if (path === 'slow') await new Promise<void>((resolve) => (answer = resolve));
        return { value: new Secret('long enough') };
      },
      async () => void log.push('close'),
    );
    const slow = resolver.resolveAll({ A: 'fake:slow' }, signal);
    await resolver.resolveAll({ B: 'fake:quick' }, signal);
    expect([...log].sort()).toEqual(['read quick', 'read slow']);
    answer();
    await slow;
    await resolver.resolveAll({ C: 'fake:late' }, signal);
    expect(log.slice(2)).toEqual(['close', 'read late', 'close']);
  });

  test('rejects when it is aborted', async () => {
    const { resolver } = resolverWith(async () => ({ value: new Secret('x') }));
    await expect(resolver.resolveAll({ A: 'fake:a' }, AbortSignal.abort(new Error('enough')))).rejects.toThrow(
      'enough',
    );
  });

  test('a variable may have any name', async () => {
    const { resolver } = resolverWith(async () => ({ value: new Secret('long enough') }));
    const { values } = await resolver.resolveAll(JSON.parse('{"__proto__": "fake:a"}'), signal);
    expect(Object.hasOwn(values, '__proto__')).toBe(true);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('values do not show when the answer is printed', async () => {
    const { resolver } = resolverWith(async () => ({ value: new Secret('hunter2-long') }));
    const resolved = await resolver.resolveAll({ A: 'fake:a' }, signal);
    expect(inspect(resolved, { depth: 9, showHidden: true }) + JSON.stringify(resolved)).not.toContain('hunter2');
  });
});

type Read = (reference: SecretReference, signal: AbortSignal) => Promise<SecretValue>;

function resolverWith(read: Read, close?: () => Promise<void>) {
  const asked: string[] = [];
  const factory: ProviderFactory = {
    check: () => undefined,
    open: () => ({
      name: 'fake',
      ...(close ? { close } : {}),
      read: (reference, signal) => {
        asked.push(reference.text);
        return read(reference, signal);
      },
    }),
  };
  const resolver = createResolver({
    providers: { names: ['fake'], load: async (name) => (name === 'fake' ? factory : undefined) },
    world: nowhere(),
  });
  return { resolver, asked };
}

/** A world that no provider here looks at. */
function nowhere(): ProviderWorld {
  const unused = () => Promise.reject(new Error('not expected'));
  const http: Http = { send: unused };
  const processes: Processes = { run: unused, shell: unused };
  return { root: '/nowhere', environment: {}, clock: systemClock, http, processes, commands: {} };
}
