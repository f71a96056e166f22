import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { lacksLoop, mount, named, notLong } from './machine.ts';
import { bundled, stateIn, talkTo, temporaryFolder } from './support.ts';
import { numberIn } from './world.ts';

let worker: Awaited<ReturnType<typeof bundled>>;
beforeAll(async () => {
  worker = await bundled('worker');
});
afterAll(() => worker.remove());

const skipped = notLong ?? lacksLoop;

it.skipIf(skipped)(
  named('20 power cuts while writing lose nothing that was acknowledged', skipped),
  { timeout: 300_000 },
  async () => {
    const root = await temporaryFolder();
    const [image, disk, copy, after] = [
      join(root, 'image'),
      join(root, 'disk'),
      join(root, 'copy'),
      join(root, 'after'),
    ];
    await writeFile(image, '');
    await truncate(image, 32 * 1024 * 1024);
    execFileSync('mkfs.ext4', ['-q', '-F', image]);
    for (const folder of [disk, after]) await mkdir(folder);
    onTestFinished(mount(disk, ['-o', 'loop', image]));
    const writer = talkTo([process.execPath, worker.file, 'save', join(disk, '.deployer'), '20000']);
    let acknowledged = 0;
    for (let cut = 0; cut < 20; cut++) {
      for (let writes = 0; writes < 25; writes++) acknowledged = Number((await writer.line()).split(' ')[1]);
      // What the disk holds at this instant, its journal not yet run: the copy is what a power cut leaves.
      await copyFile(image, copy);
      execFileSync('sh', ['-c', 'e2fsck -p "$1" >/dev/null || [ $? -eq 1 ]', 'sh', copy]);
      const unmount = mount(after, ['-o', 'loop', copy]);
      const { document } = await stateIn({ folder: join(after, '.deployer') }).read();
      expect(numberIn(document.environments['dev'])).toBeGreaterThanOrEqual(acknowledged);
      unmount();
    }
    writer.child.kill('SIGKILL');
    await writer.ended;
  },
);
