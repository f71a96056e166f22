import { createHash } from 'node:crypto';
import { createServer } from 'node:net';

const FIRST = 20_000;
const COUNT = 10_000;

/** Ports to try for a target, the same each time: one by the target's name, then those above it, round to the start. */
export function* candidatePorts(...name: readonly string[]): Generator<number> {
  const start = createHash('sha256').update(name.join('/')).digest().readUInt32BE(0) % COUNT;
  for (let step = 0; step < COUNT; step++) yield FIRST + ((start + step) % COUNT);
}

/** A port nobody listens on now. Another program may take it first; then the service fails to start, and says so. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
