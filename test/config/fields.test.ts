import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import type { Field, ValueField } from '../../src/config/schema/form.ts';
import { projectSchema } from '../../src/config/schema/project.ts';

/** Every kind of single value that the config knows, once. */
function valuesBelow(field: Field): ValueField[] {
  switch (field.kind) {
    case 'value':
      return [field];
    case 'section':
      return Object.values(field.shape).flatMap((one) => valuesBelow(one.kind === 'optional' ? one.field : one));
    case 'map':
      return [...valuesBelow(field.key), ...valuesBelow(field.element)];
    case 'list':
      return valuesBelow(field.element);
    case 'forms':
      return field.forms.flatMap(valuesBelow);
  }
}

const TELLING = [
  '',
  ' ',
  'a',
  'web-1',
  '../x',
  '/x',
  'dev',
  'raw',
  'A_B',
  '5m',
  '0s',
  '900d',
  'https://a.b/c',
  'env:A',
];
const anything = fc.oneof(
  fc.constantFrom(...TELLING),
  fc.string(),
  fc.double(),
  fc.integer({ min: -5, max: 70_000 }),
  fc.boolean(),
  fc.constantFrom(null, undefined, [], {}),
);

describe('a single value', () => {
  const fields = new Map(valuesBelow(projectSchema(['local'])).map((field) => [field.expected, field]));

  test.each([...fields])('that is %s is told as quickly as rightly', (_expected, { isPlainly, schema }) => {
    fc.assert(
      fc.property(anything, (value) => {
        expect(isPlainly(value)).toBe(z.safeParse(schema(), value).success);
      }),
    );
  });
});
