import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProviderWorld } from '../../src/core/provider.ts';
import { secretProviders } from '../../src/secrets/catalog.ts';
import { createResolver, type Resolved } from '../../src/secrets/resolver.ts';
import { systemClock } from '../../src/system/clock.ts';
import { systemHttp } from '../../src/system/http.ts';
import { systemProcesses } from '../../src/system/processes.ts';

/** A project folder, and references looked up in it through the real providers and the real outside. */
export interface SecretWorld {
  readonly root: string;
  write(path: string, text: string | Uint8Array, mode?: number): Promise<string>;
  /** Each call is a run of its own. */
  resolve(references: Readonly<Record<string, string>> | string, more?: Partial<ProviderWorld>): Promise<Resolved>;
  /** The value of one reference, or its findings. */
  valueOf(reference: string, more?: Partial<ProviderWorld>): Promise<string | Resolved['findings']>;
  dispose(): Promise<void>;
}

export async function secretWorld(): Promise<SecretWorld> {
  const root = await mkdtemp(join(tmpdir(), 'secrets-'));
  return {
    root,
    write: async (path, text, mode = 0o600) => {
      await writeFile(join(root, path), text, { mode });
      return join(root, path);
    },
    resolve,
    valueOf: async (reference, more) => {
      const { values, findings } = await resolve(reference, more);
      return values['V']?.reveal() ?? findings;
    },
    dispose: () => rm(root, { recursive: true, force: true }),
  };

  function resolve(references: Readonly<Record<string, string>> | string, more: Partial<ProviderWorld> = {}) {
    const { PATH } = process.env;
    const environment = { ...(PATH === undefined ? {} : { PATH }), ...more.environment };
    const outside = { clock: systemClock, http: systemHttp(), processes: systemProcesses({ environment }) };
    const world: ProviderWorld = { root, ...outside, commands: {}, ...more, environment };
    const wanted = typeof references === 'string' ? { V: references } : references;
    return createResolver({ providers: secretProviders, world }).resolveAll(wanted, AbortSignal.timeout(30_000));
  }
}
