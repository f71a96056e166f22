import { DeployerError } from '../core/errors.ts';
import { nearest } from '../core/name.ts';
import type { ProviderCatalog, ProviderFactory, ReferenceProblem, SecretReference } from '../core/provider.ts';
import { list } from '../core/text.ts';
import { parseReference } from './reference.ts';

/** A reference that is whole, and whose provider is there. */
export interface SoundReference {
  readonly reference: SecretReference;
  readonly provider: ProviderFactory;
}

/** What references are judged by. */
export interface Known {
  readonly providers: ProviderCatalog;
  /** Names of `secret_commands`. */
  readonly commands: readonly string[];
}

/** What is wrong with a reference as it is written, if anything; no store is asked. */
export async function checkReference(text: string, known: Known): Promise<ReferenceProblem | undefined> {
  const judged = await judge(text, known);
  return 'reference' in judged ? undefined : judged;
}

/** The parts of a reference. Throws `INVALID_CONFIG` for one with a problem. */
export async function readReference(text: string, known: Known): Promise<SoundReference> {
  const judged = await judge(text, known);
  if ('reference' in judged) return judged;
  throw new DeployerError({ code: 'INVALID_CONFIG', reason: judged.message, fix: judged.fix });
}

async function judge(text: string, { providers, commands }: Known): Promise<SoundReference | ReferenceProblem> {
  const reference = parseReference(text);
  if (!reference) return NO_REFERENCE;
  const provider = await providers.load(reference.provider);
  if (!provider) return unknownProvider(reference.provider, providers.names);
  return provider.check(reference, commands) ?? { reference, provider };
}

const NO_REFERENCE: ReferenceProblem = {
  message: 'This is not a reference to a secret',
  expected: 'a reference such as env:NAME',
  fix: 'Write env:NAME or dotenv:FILE#NAME; keep the value itself out of the config file',
};

/** Does not show the name: in `postgres://…` it is the beginning of a pasted value. */
function unknownProvider(name: string, known: readonly string[]): ReferenceProblem {
  const close = nearest(name, known);
  return {
    message: `The reference to a secret names no known provider; there are ${list([...known].sort())}`,
    expected: 'a reference such as env:NAME',
    fix: close ? `Did you mean ${close}:…?` : 'Write env:NAME or dotenv:FILE#NAME; keep values out of the config file',
  };
}
