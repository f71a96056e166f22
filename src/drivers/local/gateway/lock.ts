import { createHash, randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tokenFile } from '../layout.ts';

/**
 * At most one gateway per folder. The lock is a socket in Linux's abstract namespace: binding its name is one step, and
 * the kernel frees it the moment the holder dies, however it dies. The name is made from a token in the folder that
 * others cannot read, so nobody else can take it.
 *
 * The token is removed by the last holder, so it is read again once the lock is held: a gateway that locked the name of
 * a removed token starts over.
 */
export async function acquireLock(folder: string): Promise<Server | undefined> {
  for (;;) {
    const token = readOrCreateToken(folder);
    const server = await bind(`\0deployer-gateway-${createHash('sha256').update(token).digest('hex')}`);
    if (!server || readToken(folder) === token) return server;
    server.close();
  }
}

/** For the holder that leaves nothing behind. */
export function removeToken(folder: string): void {
  rmSync(tokenFile(folder), { force: true });
}

/** Created whole or not at all: a link to a finished file fails when the name is taken. */
function readOrCreateToken(folder: string): string {
  const known = readToken(folder);
  if (known) return known;
  const fresh = `${tokenFile(folder)}.${process.pid}`;
  writeFileSync(fresh, randomBytes(16).toString('hex'), { mode: 0o600 });
  try {
    linkSync(fresh, tokenFile(folder));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(fresh, { force: true });
  }
  return readToken(folder) ?? '';
}

function readToken(folder: string): string | undefined {
  try {
    return readFileSync(tokenFile(folder), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** `undefined`: somebody holds the name. */
function bind(name: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen({ path: name }, () => resolve(server));
  });
}
