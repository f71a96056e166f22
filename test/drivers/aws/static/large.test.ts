import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notLong } from '../../../state/machine.ts';
import { bucketsOf } from '../../../support/aws/s3/state.ts';
import { type AwsServer, startAws } from '../../../support/aws/server.ts';
import { type Project, projectOf } from '../../../support/project.ts';

const MIB = 1024 * 1024;
/** Many small files, and some that go up in parts. */
const SIZES: readonly number[] = [...Array(896).fill(MIB), ...Array(2).fill(64 * MIB)];
const MOST_MEMORY = 150 * MIB;

const CONFIG = `version: 1
project: large
services:
  web:
    path: web
    driver: aws
    aws: { kind: static }
    timeout: 20m
environments:
  staging: { mode: staging }
`;
/** Tells the most memory the process had, bytes. */
const GAUGE = `process.on('exit', () => {
  const { maxRSS } = process.resourceUsage();
  require('node:fs').writeFileSync(process.env.GAUGE, String(maxRSS * 1024));
});
`;

describe.skipIf(notLong)(`a site of 1 GiB${notLong ? ` (skipped: ${notLong})` : ''}`, () => {
  let project: Project;
  let server: AwsServer;

  beforeAll(async () => {
    [server, project] = await Promise.all([
      startAws(),
      projectOf({ 'deploy.config.yaml': CONFIG, 'web/index.html': 'large', 'gauge.cjs': GAUGE }),
    ]);
    await mkdir(project.path('web/data'));
    for (const [number, size] of SIZES.entries())
      await writeFile(project.path(`web/data/${number}.bin`), randomBytes(size));
  }, 300_000);
  afterAll(async () => {
    await project.dispose();
    await server.close();
  });

  it('is uploaded in memory that does not grow with it', async () => {
    const env = { ...server.environment(), GAUGE: project.path('gauge.txt') };
    await project.ok(['deploy', '--env', 'staging', '--yes'], { env, node: ['--require', project.path('gauge.cjs')] });
    const memory = Number(await project.read('gauge.txt'));
    console.log(`most memory: ${Math.round(memory / MIB)} MiB`);
    expect(memory).toBeLessThan(MOST_MEMORY);
    const [bucket] = bucketsOf({ world: server.world, account: '', region: '' }).values();
    const bytes = [...(bucket?.objects.values() ?? [])].reduce((sum, object) => sum + object.bytes.length, 0);
    expect(bytes).toBeGreaterThan(SIZES.reduce((sum, size) => sum + size, 0));
  }, 900_000);
});
