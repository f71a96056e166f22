import { execFileSync, spawnSync } from 'node:child_process';
import { canInstall, installOnce } from './installation.ts';

export interface AgeKey {
  /** The whole text of a key file. */
  readonly text: string;
  readonly secret: string;
  readonly recipient: string;
}

/** Whether the real `age` is here, or can be. */
export function hasAge(): boolean {
  return isThere() || canInstall();
}

/** Brings the real `age` here. */
export function installAge(): Promise<void> {
  return installOnce(['age'], isThere);
}

export function ageKey(): AgeKey {
  const text = execFileSync('age-keygen', { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const [secret = ''] = /AGE-SECRET-KEY-\w+/.exec(text) ?? [];
  const [recipient = ''] = /age1\w+/.exec(text) ?? [];
  return { text, secret, recipient };
}

/** `text` as age encrypts it for the keys. */
export function encrypted(text: string, ...keys: readonly AgeKey[]): Buffer {
  return execFileSync(
    'age',
    keys.flatMap(({ recipient }) => ['-r', recipient]),
    { input: text, maxBuffer: 8 * 1024 * 1024 },
  );
}

function isThere(): boolean {
  return spawnSync('age', ['--version'], { stdio: 'ignore' }).status === 0;
}
