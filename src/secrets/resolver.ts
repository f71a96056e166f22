import { toFailure } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import type { ProviderCatalog, ProviderWorld, SecretProvider, SecretValue } from '../core/provider.ts';
import { Secret } from '../core/secret.ts';
import { SHORTEST_MASKED } from '../core/secret-forms.ts';
import { holdsSecrets, referencesIn, withSecrets } from '../core/secret-text.ts';
import { readReference } from './check-reference.ts';

export interface ResolverOptions {
  readonly providers: ProviderCatalog;
  readonly world: ProviderWorld;
}

export interface Resolved {
  /** By variable; those that could not be read are missing here and have a finding. */
  readonly values: Readonly<Record<string, Secret>>;
  /** Everything that must not be shown: the values, and what some of them were put together from. */
  readonly hidden: readonly Secret[];
  /** The store's own version of a value, by variable, where it keeps versions. */
  readonly versions: Readonly<Record<string, string>>;
  /** Errors first, each naming its variable; what is said about a file is said once. */
  readonly findings: readonly Finding[];
}

/**
 * References → values, for one run; so are texts with `${secret:…}` in them. A reference is read once, however many ask and when;
 * a failed read is forgotten.
 */
export interface Resolver {
  /** Throws what the provider throws; see `SecretProvider.read`. */
  resolve(reference: string, signal: AbortSignal): Promise<SecretValue>;
  /**
   * Resolves variable → reference and collects all problems. Rejects only when `signal` aborts. Closes the providers when
   * nobody else is resolving.
   */
  resolveAll(references: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Resolved>;
}

export function createResolver({ providers, world }: ResolverOptions): Resolver {
  const commands = Object.keys(world.commands);
  const opened = new Map<string, SecretProvider>();
  const reads = new Map<string, { readonly value: Promise<SecretValue>; readonly signal: AbortSignal }>();
  let busy = 0;
  return { resolve, resolveAll };

  async function resolve(text: string, signal: AbortSignal): Promise<SecretValue> {
    signal.throwIfAborted();
    if (holdsSecrets(text)) return putTogether(text, signal);
    const shared = reads.get(text);
    if (!shared) return begin(text, signal);
    try {
      return await shared.value;
    } catch (error) {
      // Whoever began the read gave up; we did not.
      if (shared.signal.aborted && !signal.aborted) return resolve(text, signal);
      throw error;
    }
  }

  async function putTogether(text: string, signal: AbortSignal): Promise<SecretValue> {
    const references = [...new Set(referencesIn(text))];
    const found = await Promise.all(references.map((reference) => resolve(reference, signal)));
    const parts = new Map(references.map((reference, index) => [reference, found[index]?.value as Secret]));
    const value = new Secret(withSecrets(text, (reference) => parts.get(reference)?.reveal() ?? ''));
    const versions = found.flatMap(({ version }) => version ?? []);
    return {
      value,
      parts: [...parts.values()],
      ...(versions.length === found.length ? { version: versions.join(',') } : {}),
      warnings: found.flatMap(({ warnings = [] }) => warnings),
    };
  }

  function begin(text: string, signal: AbortSignal): Promise<SecretValue> {
    const value = read(text, signal);
    reads.set(text, { value, signal });
    value.catch(() => reads.delete(text));
    return value;
  }

  async function read(text: string, signal: AbortSignal): Promise<SecretValue> {
    const { reference, provider: factory } = await readReference(text, { providers, commands });
    signal.throwIfAborted();
    const provider = opened.get(reference.provider) ?? factory.open(world);
    opened.set(reference.provider, provider);
    return provider.read(reference, signal);
  }

  async function settle(references: readonly string[], signal: AbortSignal) {
    busy++;
    const results = await Promise.allSettled(references.map((reference) => resolve(reference, signal)));
    if (--busy === 0) await Promise.all([...opened.values()].map((provider) => provider.close?.()));
    return results;
  }

  async function resolveAll(references: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Resolved> {
    const entries = Object.entries(references);
    const results = await settle(Object.values(references), signal);
    signal.throwIfAborted();
    const values = new Map<string, Secret>();
    const hidden: Secret[] = [];
    const versions = new Map<string, string>();
    const errors: Finding[] = [];
    const warnings = new Set<string>();
    for (const [index, result] of results.entries()) {
      const variable = entries[index]?.[0] ?? '';
      if (result.status === 'rejected') errors.push(errorFor(variable, result.reason));
      else {
        values.set(variable, result.value.value);
        hidden.push(result.value.value, ...(result.value.parts ?? []));
        if (result.value.version !== undefined) versions.set(variable, result.value.version);
        for (const warning of warningsFor(variable, result.value)) warnings.add(warning);
      }
    }
    return {
      values: Object.fromEntries(values),
      hidden,
      versions: Object.fromEntries(versions),
      findings: [...errors, ...[...warnings].map(warningOf)],
    };
  }
}

function errorFor(variable: string, reason: unknown): Finding {
  const { code, reason: message, fix } = toFailure(reason);
  const what = code === 'MISSING_ENV' ? `Missing ENV: ${variable} (${message})` : `${variable}: ${message}`;
  return { level: 'error', code, message: what, key: variable, ...(fix ? { fix } : {}) };
}

function warningsFor(variable: string, { value, parts = [value], warnings = [] }: SecretValue): string[] {
  const isShort = parts.some((part) => part.reveal().length < SHORTEST_MASKED);
  return [...warnings, ...(isShort ? [`${variable}: ${SHORT}`] : [])];
}

const SHORT = `the value is shorter than ${SHORTEST_MASKED} characters and cannot be masked in logs; use a longer one`;

function warningOf(message: string): Finding {
  return { level: 'warning', code: 'INVALID_ENV', message };
}
