import { existsSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import { catalog } from '../../src/drivers/catalog.ts';

/** Where options say which of several drivers it is. */
const OPTIONS: Readonly<Record<string, JsonObject>> = { aws: { kind: 'static' } };

it('lists every folder of a driver, each under the name in its facts', async () => {
  const folder = new URL('../../src/drivers/', import.meta.url);
  const all = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const folders = all.filter(({ name }) => existsSync(new URL(`${name}/facts.ts`, folder)));
  expect(catalog.names).toEqual(folders.map(({ name }) => name).sort());
  for (const name of catalog.names) {
    expect((await catalog.facts(name))?.name).toBe(name);
    expect((await catalog.load(name, OPTIONS[name] ?? {}))?.facts).toBe(await catalog.facts(name));
  }
});

it.each(['nothing', 'constructor', '__proto__'])('has no driver called %s', async (name) => {
  expect(await catalog.facts(name)).toBeUndefined();
  expect(await catalog.load(name, {})).toBeUndefined();
});
