import { afterAll, beforeAll, it } from 'vitest';
import { engineCall } from '../../support/docker/images.ts';
import { proxyPort } from '../../support/docker/ports.ts';
import { type SshHost, type SshHosts, sshHosts } from '../../support/docker/ssh.ts';
import { removeThings, thingsOf } from '../../support/docker/things.ts';
import type { Project } from '../../support/project.ts';
import { median, report } from '../report.ts';
import { pageProject, type Timing, timed } from './project.ts';

const ROUNDS = 5;
const NAME = `bench${process.pid}`;
let all: SshHosts;
let host: SshHost;
let project: Project;

beforeAll(async () => {
  all = await sshHosts({ count: 1 });
  [host] = all.hosts as [SshHost];
  project = await pageProject(NAME, [host], proxyPort());
  await run(['deploy', '--env', 'staging']);
  await run(['env', 'promote', 'staging', 'production', '--yes']);
});
afterAll(async () => {
  await removeThings(host.engine, NAME);
  await Promise.all([project.dispose(), all.end()]);
});

it('times what people wait for', { timeout: 600_000 }, async () => {
  const taken: Record<'deploy' | 'promote' | 'nothing' | 'rollback', Timing[]> = {
    deploy: [],
    promote: [],
    nothing: [],
    rollback: [],
  };
  let restarts = 0;
  for (let round = 1; round <= ROUNDS; round++) {
    await project.write('page/www/index.html', `round ${round}`);
    taken.deploy.push(await run(['deploy', '--env', 'staging']));
    taken.promote.push(await run(['env', 'promote', 'staging', 'production', '--yes']));
    const before = await thingsOf(host.engine, NAME);
    taken.nothing.push(await run(['deploy', '--env', 'staging']));
    restarts += (await thingsOf(host.engine, NAME)).join() === before.join() ? 0 : 1;
    taken.rollback.push(await run(['rollback', '--env', 'production', '--yes']));
    await run(['env', 'promote', 'staging', 'production', '--yes']);
  }
  const seconds = (timings: readonly Timing[]) => median(timings.map(({ wall }) => wall)) / 1_000;
  const peak = (timings: readonly Timing[]) => Math.max(...timings.map((timing) => timing.peak));
  const unit = 's';
  report(
    { what: 'another version, its image on the host', value: seconds(taken.promote), unit, most: 2 },
    { what: 'the same, peak memory', value: peak(taken.promote), unit: 'MiB', most: 60 },
    { what: 'another version, with its build', value: seconds(taken.deploy), unit },
    { what: 'nothing changed', value: seconds(taken.nothing), unit, most: 0.6 },
    { what: 'the same, containers that changed', value: restarts, unit: '', most: 0 },
    { what: 'rollback', value: seconds(taken.rollback), unit, most: 1.5 },
  );
});

it('times how soon a crash is told of', { timeout: 120_000 }, async () => {
  await project.write('page/www/crash', '');
  const since = Math.floor(Date.now() / 1_000);
  let told = 0;
  const outcome = await project.run(['deploy', '--env', 'staging', '--events', 'ndjson'], {
    env: all.environment,
    onStart: (child) =>
      child.stdout?.on('data', (chunk: Buffer) => {
        if (told === 0 && chunk.toString().includes('HEALTH_CHECK_FAILED')) told = Date.now();
      }),
  });
  if (outcome.code !== 9) throw new Error(`a crash exited ${outcome.code}: ${outcome.stderr}`);
  report({
    what: 'a crash, from its exit to the first word of it',
    value: (told - (await exitOf(since))) / 1_000,
    unit: 's',
    most: 1,
  });
});

/** When the engine saw a container end with code 7, ms since 1970. */
async function exitOf(since: number): Promise<number> {
  const filters = encodeURIComponent(JSON.stringify({ event: ['die'] }));
  const until = Math.ceil(Date.now() / 1_000);
  const { body } = await engineCall(
    host.engine.socket,
    'GET',
    `/events?since=${since}&until=${until}&filters=${filters}`,
  );
  const events = String(typeof body === 'string' ? body : JSON.stringify(body))
    .split('\n')
    .filter(Boolean);
  const ends = events.map(
    (line) => JSON.parse(line) as { timeNano: number; Actor: { Attributes: { exitCode: string } } },
  );
  const crash = ends.find(({ Actor }) => Actor.Attributes.exitCode === '7');
  if (!crash) throw new Error('the engine saw no crash');
  return crash.timeNano / 1e6;
}

function run(args: readonly string[]): Promise<Timing> {
  return timed(project, args, { env: all.environment });
}
