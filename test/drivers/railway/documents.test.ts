import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { fits, type Shape } from '../../../src/drivers/railway/api/answers.ts';
import { DOCUMENTS } from '../../../src/drivers/railway/api/documents.generated.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const schema = buildSchema(readFileSync(join(ROOT, 'src/drivers/railway/api/schema.graphql'), 'utf8'));
const problems = (text: string) => validate(schema, parse(text)).map(({ message }) => message);

describe('the documents', () => {
  test.each(Object.entries(DOCUMENTS))('%s asks only for what the published schema has', (_, { text }) => {
    expect(problems(text)).toEqual([]);
  });

  test('would fail for a field, an argument or an input that is not there', () => {
    const { text } = DOCUMENTS.Deployment;
    expect(problems(text.replace('canRollback', 'canRollBack'))).toHaveLength(1);
    expect(problems(text.replace('deployment(id:', 'deployment(key:'))).not.toEqual([]);
    expect(problems(DOCUMENTS.SetVariables.text.replace('UpsertInput', 'DeleteInput'))).not.toEqual([]);
  });

  test('are what the generated file was made from', () => {
    const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts/railway-documents.js'), '--check'], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

describe('an answer', () => {
  const shape: Shape = { id: 's', count: ['?', 'n'], tags: ['*', { ok: 'b' }], map: ['?', 'v'], any: 'x' };
  const whole = { id: 'a', count: null, tags: [{ ok: true, more: 1 }], map: { A: '1' }, any: 3 };

  test('fits what was asked for, whatever else it holds', () => {
    expect(fits(whole, shape)).toBe(true);
    expect(fits({ ...whole, map: undefined, count: 2, tags: [] }, shape)).toBe(true);
  });

  test.each([
    [{ ...whole, id: 3 }],
    [{ ...whole, id: null }],
    [{ ...whole, count: '2' }],
    [{ ...whole, tags: { ok: true } }],
    [{ ...whole, tags: [{ ok: 'yes' }] }],
    [{ ...whole, tags: null }],
    [{ ...whole, map: { A: 1 } }],
    [[whole]],
    [null],
    ['text'],
  ])('that is none is seen: %j', (answer) => {
    expect(fits(answer, shape)).toBe(false);
  });
});
