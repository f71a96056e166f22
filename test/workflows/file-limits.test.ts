import { expect, test } from 'vitest';
import type { ServiceConfig } from '../../src/core/config.ts';
import { facts } from '../../src/drivers/vercel/facts.ts';
import { fileFindings } from '../../src/workflows/file-limits.ts';
import type { Workspace } from '../../src/workflows/workspace.ts';
import { targetOf } from '../support/driver-world.ts';

test.each([
  [15_001, { archive: 'never' }, {}, 1],
  [15_000, { archive: 'never' }, {}, 0],
  [15_001, { archive: 'automatic' }, {}, 0],
  [15_001, { archive: 'never' }, { command: 'make' }, 0],
])('a plan of %i files to Vercel with %o and a build of %o has %i errors', (count, options, build, errors) => {
  const service = { ...targetOf(facts, { name: 'web', options }).service, build: { output: [], env: [], ...build } };
  const found = findings(service, count);
  expect(found.length).toBe(errors);
  for (const finding of found)
    expect(finding).toMatchObject({
      code: 'UNSUPPORTED',
      message: 'web has 15001 files, and Vercel takes 15000',
      fix: expect.stringContaining('vercel.archive'),
    });
});

function findings(service: ServiceConfig, count: number) {
  const files = Array.from({ length: count }, (_, number) => `${'0'.repeat(64)}  f${number}`).join('\n');
  const workspace = { sources: () => ({ hash: () => ({ files }) }) } as unknown as Workspace;
  return fileFindings(workspace, [service], { vercel: facts });
}
