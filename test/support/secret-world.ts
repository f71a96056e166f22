import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ProviderWorld } from '../../src/core/provider.ts';
import { Secret } from '../../src/core/secret.ts';
import { secretProviders } from '../../src/secrets/catalog.ts';
import { createResolver, type Resolved } from '../../src/secrets/resolver.ts';
import { createWriter } from '../../src/secrets/writer.ts';
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
  /** Writes one value as a run of its own does. */
  store(reference: string, value: string, more?: Partial<ProviderWorld>): Promise<'changed' | 'unchanged'>;
  dispose(): Promise<void>;
}

export async function secretWorld(): Promise<SecretWorld> {
  const root = await mkdtemp(join(tmpdir(), 'secrets-'));
  return {
    root,
    write: async (path, text, mode = 0o600) => {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text, { mode });
      return join(root, path);
    },
    resolve,
    valueOf: async (reference, more) => {
      const { values, findings } = await resolve(reference, more);
      return values['V']?.reveal() ?? findings;
    },
    store: async (reference, value, more) => {
      const writer = createWriter({ providers: secretProviders, world: outside(more) });
      const signal = AbortSignal.timeout(30_000);
      await writer.check(reference, signal);
      return writer.write(reference, new Secret(value), signal).finally(() => writer.close());
    },
    dispose: () => rm(root, { recursive: true, force: true }),
  };

  function resolve(references: Readonly<Record<string, string>> | string, more?: Partial<ProviderWorld>) {
    const wanted = typeof references === 'string' ? { V: references } : references;
    const resolver = createResolver({ providers: secretProviders, world: outside(more) });
    return resolver.resolveAll(wanted, AbortSignal.timeout(30_000));
  }

  function outside(more: Partial<ProviderWorld> = {}): ProviderWorld {
    const { PATH } = process.env;
    const environment = { ...(PATH === undefined ? {} : { PATH }), ...more.environment };
    const real = { clock: systemClock, http: systemHttp(), processes: systemProcesses({ environment }) };
    return { root, ...real, commands: {}, ...more, environment };
  }
}
