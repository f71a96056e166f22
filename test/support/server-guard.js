// Waits until standard input ends, that is until the test run is over or dead, then stops its servers.
import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';

const [folder] = process.argv.slice(2);
process.on('SIGINT', () => {});
process.stdin.on('close', () => void stopAll()).resume();

async function stopAll() {
  await removeImages(join(folder, 'docker.images'));
  const pids = readdirSync(folder)
    .filter((name) => name.endsWith('.pid'))
    .map((name) => Number(readFileSync(join(folder, name), 'utf8')));
  for (const pid of pids) signal(pid, 'SIGQUIT');
  const end = Date.now() + 5_000;
  while (pids.some((pid) => signal(pid, 0)) && Date.now() < end) await new Promise((done) => setTimeout(done, 20));
  for (const pid of pids) signal(pid, 'SIGKILL');
  removeGroups(join(folder, 'docker.cgroup'));
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Test images in an engine that was there before: its socket, then their names. */
async function removeImages(list) {
  if (!existsSync(list)) return;
  const [socketPath, ...images] = readFileSync(list, 'utf8').split('\n');
  for (const image of images) {
    await new Promise((done) => {
      const call = request({ socketPath, method: 'DELETE', path: `/images/${image}` }, (answer) => answer.resume());
      call.on('error', done).on('close', done).end();
    });
  }
}

/** The control groups of our own engine; the kernel keeps them when everything in them has ended. */
function removeGroups(name) {
  if (!existsSync(name)) return;
  const group = readFileSync(name, 'utf8');
  const found = groupsBelow('/sys/fs/cgroup')
    .filter((path) => path.split('/').includes(group))
    .sort((one, other) => other.length - one.length);
  for (const path of found) {
    try {
      rmdirSync(path);
    } catch {
      // Something in it has not ended yet, or it went by itself.
    }
  }
}

/** Groups of others may go while we look. */
function groupsBelow(folder) {
  let entries = [];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    // It is gone.
  }
  const groups = entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));
  return groups.flatMap((path) => [path, ...groupsBelow(path)]);
}

function signal(pid, name) {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
