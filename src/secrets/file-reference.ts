import type { ProviderFactory } from '../core/provider.ts';

/** What a provider of files calls its parts, for messages. */
export interface FileWords {
  readonly provider: string;
  /** As it begins a sentence: `An age`. */
  readonly called: string;
  /** `an encrypted file and one variable in it`. */
  readonly names: string;
  /** What stands behind the `#`. */
  readonly field: string;
  readonly expected: string;
}

/** Judges `provider:FILE#NAME`: it has to name a field, and files have no versions. */
export function fileReference({ provider, called, names, field, expected }: FileWords): ProviderFactory['check'] {
  return ({ path, key, version }) =>
    key !== undefined && version === undefined
      ? undefined
      : { message: `${called} reference names ${names}`, expected, fix: `Write ${provider}:${path}#${field}` };
}
