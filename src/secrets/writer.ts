import { DeployerError } from '../core/errors.ts';
import type { SecretProvider } from '../core/provider.ts';
import type { Secret } from '../core/secret.ts';
import { readReference, type SoundReference } from './check-reference.ts';
import { pinnedVersion } from './failure.ts';
import type { ResolverOptions } from './resolver.ts';

/** Values → the places that references name. */
export interface SecretWriter {
  /** Throws what keeps a value from being written there, whatever the value: `UNSUPPORTED`, `GATE_REFUSED`, what a read throws. */
  check(reference: string, signal: AbortSignal): Promise<void>;
  /** See `SecretProvider.write`. */
  write(reference: string, value: Secret, signal: AbortSignal): Promise<'changed' | 'unchanged'>;
  /** Ends sessions; more may be written afterwards. Never rejects. */
  close(): Promise<void>;
}

export function createWriter({ providers, world }: ResolverOptions): SecretWriter {
  const opened = new Map<string, SecretProvider>();
  return { check, write, close };

  async function check(text: string, signal: AbortSignal): Promise<void> {
    const { reference, provider } = await openFor(text);
    await provider.mayWrite?.(reference, signal);
  }

  async function write(text: string, value: Secret, signal: AbortSignal): Promise<'changed' | 'unchanged'> {
    const { reference, provider } = await openFor(text);
    return provider.write(reference, value, signal);
  }

  async function openFor(text: string) {
    const sound = await readReference(text, { providers, commands: Object.keys(world.commands) });
    const { reference } = sound;
    const provider = opened.get(reference.provider) ?? sound.provider.open(world);
    opened.set(reference.provider, provider);
    if (reference.version !== undefined) throw pinnedVersion(text);
    if (!isWritable(provider)) throw readOnly(sound);
    return { reference, provider };
  }

  async function close(): Promise<void> {
    await Promise.all([...opened.values()].map((provider) => provider.close?.()));
  }
}

type WritableProvider = SecretProvider & Required<Pick<SecretProvider, 'write'>>;

function isWritable(provider: SecretProvider): provider is WritableProvider {
  return provider.write !== undefined;
}

function readOnly({ reference, provider }: SoundReference): DeployerError {
  return new DeployerError({
    code: 'UNSUPPORTED',
    reason: `${provider.readOnly ?? 'deployer only reads there'}: ${reference.text}`,
    fix: 'Choose another store: --to dotenv:.env.production, --to vault:STORE/PATH, --to aws-ssm:/PATH/{KEY}',
  });
}
