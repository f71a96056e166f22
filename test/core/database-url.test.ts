import { expect, test } from 'vitest';
import { absoluteDatabaseUrl } from '../../src/core/database-url.ts';

test.each([
  ['sqlite:data/app.db', 'sqlite:/project/data/app.db'],
  ['sqlite:./data/app.db', 'sqlite:/project/data/app.db'],
  ['sqlite:../shared.db', 'sqlite:/shared.db'],
  ['sqlite://data/app.db', 'sqlite:/project/data/app.db'],
  ['sqlite:data/app.db?mode=ro', 'sqlite:/project/data/app.db?mode=ro'],
  ['sqlite:/var/app.db', 'sqlite:/var/app.db'],
  ['sqlite:///var/app.db', 'sqlite:/var/app.db'],
  ['sqlite::memory:', 'sqlite::memory:'],
  ['sqlite:', 'sqlite:'],
  ['postgres://u:p@h/d', 'postgres://u:p@h/d'],
  ['not a url', 'not a url'],
])('%s holds in any folder as %s', (url, absolute) => {
  expect(absoluteDatabaseUrl('/project', url)).toBe(absolute);
  expect(absoluteDatabaseUrl('/elsewhere', absolute)).toBe(absolute);
});
