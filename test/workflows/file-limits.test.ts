import { expect, test } from 'vitest';
import type { ServiceConfig } from '../../src/core/config.ts';
import type { DriverFacts } from '../../src/core/driver.ts';
import { facts as netlify } from '../../src/drivers/netlify/facts.ts';
import { facts as vercel } from '../../src/drivers/vercel/facts.ts';
import { manifestLine } from '../../src/project/manifest.ts';
import { fileFindings } from '../../src/workflows/file-limits.ts';
import type { Workspace } from '../../src/workflows/workspace.ts';
import { targetOf } from '../support/driver-world.ts';

test.each([
  [15_001, { archive: 'never' }, {}, 1],
  [15_000, { archive: 'never' }, {}, 0],
  [15_001, { archive: 'automatic' }, {}, 0],
  [15_001, { archive: 'never' }, { command: 'make' }, 0],
])('a plan of %i files to Vercel with %o and a build of %o has %i errors', (count, options, build, errors) => {
  const service = { ...targetOf(vercel, { name: 'web', options }).service, build: { output: [], env: [], ...build } };
  const found = findings(service, vercel, many('', count));
  expect(found.length).toBe(errors);
  for (const finding of found)
    expect(finding).toMatchObject({
      code: 'UNSUPPORTED',
      message: 'web has 15001 files, and Vercel takes 15000',
      fix: expect.stringContaining('vercel.archive'),
    });
});

test('a plan to Netlify counts the files of each folder', () => {
  const { service } = targetOf(netlify, { name: 'web' });
  expect(findings(service, netlify, [...many('', 54_000), ...many('a/b/', 54_000)])).toEqual([]);
  expect(findings(service, netlify, [...many('', 5), ...many('a/b/', 54_001)])).toEqual([
    expect.objectContaining({
      code: 'UNSUPPORTED',
      message: 'web has 54001 files in a/b, and Netlify takes 54000',
      fix: expect.stringContaining('several folders'),
    }),
  ]);
});

function many(folder: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, number) => `${folder}f${number}`);
}

function findings(service: ServiceConfig, facts: DriverFacts, paths: readonly string[]) {
  const files = paths.map((path) => manifestLine('-', '0'.repeat(64), path)).join('\n');
  const workspace = { sources: () => ({ hash: () => ({ files }) }) } as unknown as Workspace;
  return fileFindings(workspace, [service], { [facts.name]: facts });
}
