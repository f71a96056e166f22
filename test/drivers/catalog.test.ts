import { existsSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { catalog } from '../../src/drivers/catalog.ts';

it('lists every folder of a driver, each under the name in its facts', async () => {
  const folder = new URL('../../src/drivers/', import.meta.url);
  const all = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const folders = all.filter(({ name }) => existsSync(new URL(`${name}/facts.ts`, folder)));
  expect(catalog.names).toEqual(folders.map(({ name }) => name).sort());
  for (const name of catalog.names) {
    expect((await catalog.facts(name))?.name).toBe(name);
    expect((await catalog.load(name))?.facts).toBe(await catalog.facts(name));
  }
});

it.each(['nothing', 'constructor', '__proto__'])('has no driver called %s', async (name) => {
  expect(await catalog.facts(name)).toBeUndefined();
  expect(await catalog.load(name)).toBeUndefined();
});
