// Waits until standard input ends, that is until the test run is over or dead, then stops its database servers.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const [folder] = process.argv.slice(2);
process.on('SIGINT', () => {});
process.stdin.on('close', () => void stopAll()).resume();

async function stopAll() {
  const pids = readdirSync(folder)
    .filter((name) => name.endsWith('.pid'))
    .map((name) => Number(readFileSync(join(folder, name), 'utf8')));
  for (const pid of pids) signal(pid, 'SIGQUIT');
  const end = Date.now() + 5_000;
  while (pids.some((pid) => signal(pid, 0)) && Date.now() < end) await new Promise((done) => setTimeout(done, 20));
  for (const pid of pids) signal(pid, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

function signal(pid, name) {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
