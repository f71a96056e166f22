import { chownSync, cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inject } from 'vitest';
import { exclusively } from '../installation.ts';
import { postgresPrograms } from '../postgres.ts';
import { addLibraries, addShell, engineCall, importImage } from './images.ts';

const IMAGE = 'deployer-test/postgres:1';
const DATA = '/var/lib/postgresql/data';
const USER = 999;

/**
 * An image of PostgreSQL in an engine, made when it is not there yet; answers its name. It is used as the usual one: port 5432,
 * data in the volume `/var/lib/postgresql/data`, `POSTGRES_PASSWORD`, and if wanted `POSTGRES_USER` and `POSTGRES_DB`.
 * It has `psql` and `pg_isready`.
 */
export async function postgresImage({ socket }: { readonly socket: string }): Promise<string> {
  const folder = inject('servers');
  await exclusively(join(folder, 'postgres-image.lock'), async () => {
    if ((await engineCall(socket, 'GET', `/images/${IMAGE}/json`)).status === 200) return;
    await importImage(socket, IMAGE, rootFolder(join(folder, 'image-postgres'), await postgresPrograms()), CHANGES);
  });
  return IMAGE;
}

const CHANGES = [
  `ENV PGDATA=${DATA}`,
  `VOLUME ${DATA}`,
  'EXPOSE 5432',
  'ENTRYPOINT ["/bin/sh", "/entrypoint"]',
  'CMD ["postgres"]',
];

/** Programs find their files by where they are, hence the same places as on this machine. */
function rootFolder(root: string, bin: string): string {
  if (existsSync(root)) return root;
  addShell(root);
  writeFileSync(join(root, 'etc/passwd'), `postgres:x:${USER}:${USER}::/:/bin/sh\n`, { flag: 'a' });
  writeFileSync(join(root, 'entrypoint'), ENTRYPOINT);
  const places = [dirname(bin), dirname(bin).replace('/lib/', '/share/'), '/usr/share/zoneinfo'];
  for (const place of places) cpSync(place, join(root, place), { recursive: true, filter: (path) => !isForJit(path) });
  for (const name of ['postgres', 'initdb', 'psql', 'pg_isready']) {
    addLibraries(root, join(bin, name));
    symlinkSync(join(bin, name), join(root, 'usr/bin', name));
  }
  for (const own of ['var/run/postgresql', DATA]) {
    mkdirSync(join(root, own), { recursive: true });
    chownSync(join(root, own), USER, USER);
  }
  return root;
}

function isForJit(path: string): boolean {
  return path.includes('/bitcode') || path.includes('/llvmjit');
}

const ENTRYPOINT = `set -e
if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA"
  chown -R postgres "$PGDATA"
  chmod 700 "$PGDATA"
  exec su -s /bin/sh postgres /entrypoint "$@"
fi
if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
  user=\${POSTGRES_USER:-postgres}
  database=\${POSTGRES_DB:-$user}
  umask 077
  printf '%s\\n' "\${POSTGRES_PASSWORD:?is not set}" >/tmp/password
  initdb -U "$user" --pwfile=/tmp/password --no-locale -E UTF8 --no-sync >/dev/null
  rm /tmp/password
  [ "$database" = postgres ] || echo "create database \\"$database\\"" | postgres --single -F postgres >/dev/null
  echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
  printf '%s\n' "listen_addresses = '*'" 'fsync = off' >>"$PGDATA/postgresql.conf"
fi
exec "$@"
`;
