import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notLong } from '../../state/machine.ts';
import { type Project, projectOf } from '../../support/project.ts';
import { RailwayServer } from '../../support/railway/server.ts';

const MIB = 1024 * 1024;
const FILES = 100;
const MIB_EACH = 5;
const MOST_MEMORY = 150 * MIB;

const CONFIG = `version: 1
project: large
services:
  app:
    path: app
    driver: railway
    start: node server.js
    timeout: 10m
environments:
  dev: { mode: dev }
`;
const SERVER = `require('node:http').createServer((_, response) => response.end('large')).listen(process.env.PORT);`;
/** Tells the most memory the process had, bytes. */
const GAUGE = `process.on('exit', () => {
  const { maxRSS } = process.resourceUsage();
  require('node:fs').writeFileSync(process.env.GAUGE, String(maxRSS * 1024));
});
`;

describe.skipIf(notLong)(`a source tree of ${FILES * MIB_EACH} MiB${notLong ? ` (skipped: ${notLong})` : ''}`, () => {
  let project: Project;
  let railway: RailwayServer;

  beforeAll(async () => {
    [railway, project] = await Promise.all([
      RailwayServer.start(),
      projectOf({ 'deploy.config.yaml': CONFIG, 'app/server.js': SERVER, 'gauge.cjs': GAUGE }),
    ]);
    await mkdir(project.path('app/data'));
    for (let number = 0; number < FILES; number++)
      await writeFile(project.path(`app/data/${number}.bin`), randomBytes(MIB_EACH * MIB));
  }, 120_000);
  afterAll(async () => {
    await project.dispose();
    await railway.close();
  });

  it('is uploaded in memory that does not grow with it, with progress, and again as a whole after a cut', async () => {
    railway.faults.push({ of: 'up', trouble: 'cut', times: 1 });
    const env = { RAILWAY_API_TOKEN: 'goodtoken', RAILWAY_API_URL: railway.url, GAUGE: project.path('gauge.txt') };
    const node = ['--require', project.path('gauge.cjs')];
    const { stdout, stderr } = await project.ok(['deploy', '--verbose'], { env, node });
    for (const part of [25, 50, 75, 100]) expect(stdout + stderr).toContain(`${part} % of`);
    const memory = Number(await project.read('gauge.txt'));
    console.log(`most memory: ${Math.round(memory / MIB)} MiB`);
    expect(memory).toBeLessThan(MOST_MEMORY);
    expect(railway.requests.filter((name) => name === 'up')).toHaveLength(2);
    expect(railway.deploymentsOf('app', 'dev')).toHaveLength(1);
  }, 600_000);
});
