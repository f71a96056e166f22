import { basename } from 'node:path';

/** The variable that holds the private key for a file: named by the public key in it, else by the file's own name. */
export function privateKeyName(path: string, file: string): string {
  const [, named] = /^\s*(?:export\s+)?DOTENV_PUBLIC_KEY(\w*)\s*=/m.exec(file) ?? [];
  return `DOTENV_PRIVATE_KEY${named ?? suffixOf(basename(path).toLowerCase())}`;
}

/** `.env` → none; `.env.production` → `_PRODUCTION`; `.env.production.local` → `_PRODUCTION_LOCAL`. */
function suffixOf(name: string): string {
  const environment = name.split('.').slice(2, 4).join('_') || name.replace('.env', 'development');
  return name === '.env' ? '' : `_${environment.toUpperCase()}`;
}

/** The public key that a file says it is encrypted for. */
export function publicKeyIn(file: string): string | undefined {
  return /^\s*(?:export\s+)?DOTENV_PUBLIC_KEY\w*\s*=\s*["']?([0-9a-f]{66})/im.exec(file)?.[1]?.toLowerCase();
}

/** Whether a value is one that dotenvx has encrypted, whole: a key, a nonce and a tag at least. */
export function isEncrypted(value: string): boolean {
  return /^encrypted:[A-Za-z0-9+/]{128,}={0,2}$/.test(value);
}
