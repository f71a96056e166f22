import { cpus } from 'node:os';
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
      const project = await pageProject(name, hosts, proxyPort());
      return { name, hosts, project, walls: [] as number[], busy: [] as number[] };
    }),
  );
  try {
    for (const { project } of sides) await timed(project, ['deploy', '--env', 'staging'], { env });
    for (let round = 1; round <= ROUNDS; round++)
      for (const { project, walls, busy } of sides) {
        await project.write('page/www/index.html', `round ${round}`);
        await timed(project, ['deploy', '--env', 'staging'], { env });
        const before = machineTime();
        walls.push((await timed(project, ['env', 'promote', 'staging', 'production', '--yes'], { env })).wall);
        busy.push(shareBetween(before, machineTime()));
      }
  } finally {
    for (const { name, hosts } of sides) for (const { engine } of hosts) await removeThings(engine, name);
    await Promise.all([...sides.map(({ project }) => project.dispose()), all.end()]);
  }
  const [one = 0, ten = 0] = sides.map(({ walls }) => median(walls.slice(1)) / 1_000);
  const [, busy = 0] = sides.map((side) => median(side.busy.slice(1)));
  const note = `${ten.toFixed(1)} s, in which the ${cpus().length} processors that all ten share were ${(busy * 100).toFixed(0)} % busy`;
  report({ what: `${HOSTS} hosts`, value: ten / one, unit: '× one host', most: 1.6, note });
});

interface MachineTime {
  readonly busy: number;
  readonly all: number;
}

/** Of all processors since the start of the machine, ms. */
function machineTime(): MachineTime {
  const times = cpus().map(({ times: { user, nice, sys, irq, idle } }) => ({ busy: user + nice + sys + irq, idle }));
  const busy = times.reduce((sum, one) => sum + one.busy, 0);
  return { busy, all: busy + times.reduce((sum, one) => sum + one.idle, 0) };
}

function shareBetween(before: MachineTime, after: MachineTime): number {
  return (after.busy - before.busy) / (after.all - before.all);
}
