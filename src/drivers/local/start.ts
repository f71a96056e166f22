import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DeployerError } from '../../core/errors.ts';
import { askGateway } from './client.ts';
import { smallEnvironment } from './environment.ts';
import { gatewayLog } from './layout.ts';

const START_LIMIT = 15_000;
const LOOK_INTERVAL = 20;
/** How long another command's gateway may take from holding the lock to answering, before one more is started. */
const OTHER_LIMIT = 1_000;
const LARGEST_LOG = 1024 * 1024;

/** Resolves when a gateway answers for the folder. Of several started at once one stays. */
export async function startGateway(folder: string, signal?: AbortSignal): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const deadline = performance.now() + START_LIMIT;
  while (performance.now() < deadline) {
    const child = launch(folder);
    if (await answers(folder, child, deadline, signal)) return;
  }
  throw startError(folder);
}

/** `false`: the child gave way to another gateway, which then did not answer. */
async function answers(
  folder: string,
  child: ChildProcess,
  deadline: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  let until = deadline;
  let failed = false;
  child.once('error', () => {
    failed = true;
  });
  child.once('exit', (code) => {
    failed ||= code !== 0;
    until = Math.min(deadline, performance.now() + OTHER_LIMIT);
  });
  while (performance.now() < until) {
    const hello = await askGateway({ folder, method: 'hello', params: {}, timeout: START_LIMIT, ...given(signal) });
    if (hello) return true;
    if (failed) throw startError(folder);
    await sleep(LOOK_INTERVAL, undefined, given(signal)).catch(() => signal?.throwIfAborted());
  }
  return false;
}

/** Detached, in its own session, with a small environment: it outlives the command line and knows none of its secrets. */
function launch(folder: string): ChildProcess {
  const log = openLog(gatewayLog(folder));
  const child = spawn(process.execPath, [program(), folder], {
    cwd: folder,
    env: smallEnvironment(),
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.unref();
  return child;
}

function openLog(log: string): number {
  if (existsSync(log) && statSync(log).size > LARGEST_LOG) renameSync(log, `${log}.1`);
  return openSync(log, 'a', 0o600);
}

/** The built gateway lies beside the built command line; seen from the sources, in the package's dist folder. */
function program(): string {
  const places = ['./local-gateway.js', '../../../dist/local-gateway.js'];
  const files = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const found = files.find((file) => existsSync(file));
  if (found) return found;
  throw new DeployerError({
    code: 'INTERNAL',
    reason: 'The program of the local gateway is missing from the installation',
    fix: 'Install deployer again; in a checkout, run `npm run build`',
  });
}

function startError(folder: string): DeployerError {
  return new DeployerError({
    code: 'PLATFORM_UNAVAILABLE',
    reason: 'The local gateway could not be started',
    fix: `Look into ${gatewayLog(folder)}`,
  });
}

function given(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal ? { signal } : {};
}
