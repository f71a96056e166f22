import { existsSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { openControl } from './gateway/control-server.ts';
import { acquireLock, removeToken } from './gateway/lock.ts';
import { Registry } from './gateway/registry.ts';
import { CONTROL_SOCKET, stateFile } from './layout.ts';
import { type Hello, PROTOCOL } from './protocol.ts';

/**
 * The gateway of one project, a program of its own: `local-gateway.js <folder>`. Supervises the services, answers on
 * their stable ports, and listens to the command line on a socket in the folder. Ends by itself when there is nothing
 * left to run. Its standard output and error go to its log. An error nobody expected is written there and survived: one
 * request's misfortune must not take down every service's traffic.
 */
const folder = process.argv[2] ?? process.cwd();
process.chdir(folder);
process.on('SIGHUP', () => undefined);
process.on('SIGINT', () => undefined);
process.on('uncaughtException', (error) => warn('unexpected error', error));
await run().catch((error) => {
  warn('the gateway could not start', error);
  process.exit(1);
});

async function run(): Promise<void> {
  const lock = await acquireLock(folder);
  if (!lock) process.exit(0);
  let control: Server | undefined;
  const hello: Hello = { protocol: PROTOCOL, tool_version: process.env['DEPLOYER_VERSION'] ?? '', pid: process.pid };
  const registry = new Registry({ folder, hello, warn, finish: () => end(control) });
  await registry.adopt();
  process.on('SIGTERM', () => void registry.call('stop', { services: 'keep' }));
  control = await openControl({ hello, warn, call: (method, params) => registry.call(method, params) });
}

/** The answer to the call that ended the gateway still goes out; then the lock falls with the process. */
function end(control: Server | undefined): void {
  rmSync(CONTROL_SOCKET, { force: true });
  if (!existsSync(stateFile(folder))) removeToken(folder);
  control?.close(() => process.exit(0));
  setTimeout(() => process.exit(0), 1_000);
}

/** Class, code and place of an error; its text may hold what a service was given. */
function warn(problem: string, error: unknown): void {
  const { name, code, stack } = error as NodeJS.ErrnoException;
  const frames = stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  console.error([new Date().toISOString(), problem, name, code ?? ''].join(' '), frames.slice(0, 5).join(''));
}
