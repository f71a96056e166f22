import { it } from 'vitest';
import { proxyPort } from '../../support/docker/ports.ts';
import { sshHosts } from '../../support/docker/ssh.ts';
import { removeThings } from '../../support/docker/things.ts';
import { median, report } from '../report.ts';
import { pageProject, timed } from './project.ts';

const HOSTS = 10;
const ROUNDS = 3;

it('compares ten hosts with one', { timeout: 900_000 }, async () => {
  const all = await sshHosts({ count: HOSTS });
  const env = all.environment;
  const sides = await Promise.all(
    [1, HOSTS].map(async (count) => {
      const name = `bench${process.pid}-${count}`;
      const hosts = all.hosts.slice(0, count);
      return { name, hosts, project: await pageProject(name, hosts, proxyPort()), walls: [] as number[] };
    }),
  );
  try {
    for (const { project } of sides) await timed(project, ['deploy', '--env', 'staging'], { env });
    for (let round = 1; round <= ROUNDS; round++)
      for (const { project, walls } of sides) {
        await project.write('page/www/index.html', `round ${round}`);
        await timed(project, ['deploy', '--env', 'staging'], { env });
        walls.push((await timed(project, ['env', 'promote', 'staging', 'production', '--yes'], { env })).wall);
      }
  } finally {
    for (const { name, hosts } of sides) for (const { engine } of hosts) await removeThings(engine, name);
    await Promise.all([...sides.map(({ project }) => project.dispose()), all.end()]);
  }
  const [one = 0, ten = 0] = sides.map(({ walls }) => median(walls.slice(1)) / 1_000);
  report({ what: `${HOSTS} hosts`, value: ten / one, unit: '× one host', most: 1.6, note: `${ten.toFixed(1)} s` });
});
