// Clears up behind a bench that was killed: node keeper.js <folder>. Its stdin closes when the bench ends, however it ends.
import { existsSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { clearAway } from './projects.js';

const [, , folder] = process.argv;
process.stdin.resume().once('end', clear).once('error', clear);

/** A command that was under way might start a gateway behind our back, so those go first. */
function clear() {
  if (!existsSync(folder)) return;
  killAllIn(folder);
  for (const name of readdirSync(folder)) clearAway(join(folder, name));
  killAllIn(folder);
  rmSync(folder, { recursive: true, force: true });
}

function killAllIn(place) {
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      if (`${readlinkSync(`/proc/${pid}/cwd`)}/`.startsWith(`${place}/`)) process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It has ended, or is not ours.
    }
  }
}
