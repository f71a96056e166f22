import { describe, expect, test } from 'vitest';
import { configSchema } from '../../src/config/json-schema.ts';
import { catalog } from './catalog.ts';

type Schema = Readonly<Record<string, unknown>>;

/** Every schema that describes a key or an entry, with the path that leads to it. */
function described(schema: Schema, path = '$'): [string, Schema][] {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>);
  const forms = (schema['anyOf'] ?? []) as Schema[];
  const entries = ['additionalProperties', 'items', 'propertyNames'].flatMap((key) =>
    typeof schema[key] === 'object' ? [[`${path}.${key}`, schema[key] as Schema] as const] : [],
  );
  const below = [...properties.map(([key, value]) => [`${path}.${key}`, value] as const), ...entries];
  return [
    ...below.flatMap(([where, value]) => [[where, value] as [string, Schema], ...described(value, where)]),
    ...forms.flatMap((form, index) => described(form, `${path}|${index}`)),
  ];
}

describe('the JSON Schema', () => {
  test('describes every key there is', async () => {
    const schema = (await configSchema(catalog())) as Schema;
    const all = described(schema);
    expect(all.length).toBeGreaterThan(100);
    const open = all.filter(([, value]) => Object.keys(value).length > 0);
    expect(open.filter(([, value]) => typeof value['description'] !== 'string').map(([path]) => path)).toEqual([]);
  });

  test('knows the options of each driver, wherever they may stand', async () => {
    const schema = (await configSchema(catalog(['local', 'docker']))) as Schema;
    const places = described(schema)
      .filter(([path]) => path.endsWith('.docker'))
      .map(([path]) => path);
    expect(places).toEqual([
      '$.defaults.docker',
      '$.services.additionalProperties.docker',
      '$.environments.additionalProperties.services.additionalProperties.docker',
    ]);
    expect(
      described(schema).every(([path, value]) => !path.endsWith('.docker') || value['$ref'] === '#/$defs/docker'),
    ).toBe(true);
    expect(schema['$defs']).toMatchObject({ docker: { properties: { port: { type: 'integer' } } } });
  });

  test('refuses keys that are unknown and demands those that are needed', async () => {
    const schema = (await configSchema(catalog())) as Schema;
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      additionalProperties: false,
      required: ['version', 'project', 'environments'],
    });
    const sections = described(schema).filter(([path, value]) => value['properties'] && !path.includes('$defs'));
    expect(sections.filter(([, value]) => value['additionalProperties'] !== false).map(([path]) => path)).toEqual([]);
  });

  test('is plain JSON and the same each time', async () => {
    const [one, two] = [await configSchema(catalog()), await configSchema(catalog())];
    expect(JSON.parse(JSON.stringify(one))).toEqual(one);
    expect(JSON.stringify(one)).toBe(JSON.stringify(two));
  });

  test('has forms that the values of an editor and of a variable both pass', async () => {
    const schema = (await configSchema(catalog())) as Schema;
    const timeout = described(schema).find(([path]) => path === '$.defaults.timeout')?.[1];
    const form = new RegExp(String(timeout?.['pattern']));
    expect(['5m', '1h30m', '${env:LIMIT}', 'never', '5'].map((text) => form.test(text))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});
