import type { Progress } from '../progress.ts';
import type { AwsPlace } from '../service.ts';
import { arnOf } from '../service.ts';
import type { Tags } from '../tags.ts';
import { stateOf } from '../world.ts';

/** A function's configuration with its code: `$LATEST`, or a published version, which never changes. */
export interface Configuration {
  readonly version: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly code: Code;
  readonly at: Date;
  readonly revision: string;
  readonly state: Progress<'Pending' | 'Active'>;
  readonly update: Progress<'InProgress' | 'Successful'>;
}

export interface Code {
  readonly sha256: string;
  readonly size: number;
  /** Path → bytes, for archives. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  readonly image?: string;
}

export interface Alias {
  readonly name: string;
  version: string;
  description: string;
  weights: Readonly<Record<string, number>>;
  revision: string;
  url?: { readonly id: string; readonly mode: string; readonly at: Date };
  readonly statements: Map<string, object>;
}

export interface Fn {
  readonly name: string;
  readonly packageType: 'Zip' | 'Image';
  latest: Configuration;
  readonly versions: Map<string, Configuration>;
  readonly aliases: Map<string, Alias>;
  readonly tags: Tags;
  published: number;
}

export const functionsOf = stateOf('lambda', () => new Map<string, Fn>());

/** Roles that Lambda has looked at before: a new one is not known everywhere at once. */
export const rolesSeen = stateOf('lambda roles', () => new Set<string>());

export function functionArn(place: AwsPlace, name: string, qualifier?: string): string {
  return arnOf(place, 'lambda', `function:${name}${qualifier === undefined ? '' : `:${qualifier}`}`);
}
