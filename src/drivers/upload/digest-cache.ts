import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DriverContext } from '../../core/driver.ts';
import { ioFailure } from '../../core/io-failure.ts';
import type { Algorithm } from './content.ts';

/** More than a few large sites have; beyond it the oldest are forgotten. */
const MOST = 200_000;

/** SHA-256, by which the artifact store names a file, → the digest that a platform wants. Both hex. */
export class DigestCache {
  readonly #file: string;
  readonly #known: Map<string, string>;
  #added = 0;

  private constructor(file: string, known: Map<string, string>) {
    this.#file = file;
    this.#known = known;
  }

  /** What cannot be read is as good as nothing: it only saves time. */
  static async open(algorithm: Algorithm, { folder }: Pick<DriverContext, 'folder'>): Promise<DigestCache> {
    const file = join(folder, `${algorithm}.txt`);
    const text = await readFile(file, 'utf8').catch(() => '');
    const form = algorithm === 'sha1' ? /^([0-9a-f]{64}) ([0-9a-f]{40})$/ : /^([0-9a-f]{64}) ([0-9a-f]{64})$/;
    const known = new Map<string, string>();
    for (const line of text.split('\n')) {
      const [, sha256, digest] = form.exec(line) ?? [];
      if (sha256 !== undefined && digest !== undefined) known.set(sha256, digest);
    }
    return new DigestCache(file, known);
  }

  get(sha256: string): string | undefined {
    return this.#known.get(sha256);
  }

  add(sha256: string, digest: string): void {
    this.#known.set(sha256, digest);
    this.#added++;
  }

  /** Writes what was added, whole or not at all. */
  async save(): Promise<void> {
    if (this.#added === 0) return;
    const lines = [...this.#known].slice(-MOST).map(([sha256, digest]) => `${sha256} ${digest}`);
    const fresh = `${this.#file}.${process.pid}`;
    try {
      await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 });
      await writeFile(fresh, `${lines.join('\n')}\n`, { mode: 0o600 });
      await rename(fresh, this.#file);
    } catch (error) {
      throw ioFailure('write', this.#file, error);
    }
    this.#added = 0;
  }
}
