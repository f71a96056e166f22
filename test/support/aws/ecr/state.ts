import type { AwsPlace, Caller } from '../service.ts';
import type { Tags } from '../tags.ts';
import { stateOf } from '../world.ts';

export interface Repository {
  readonly repositoryName: string;
  readonly repositoryArn: string;
  readonly repositoryUri: string;
  readonly createdAt: Date;
  imageTagMutability: 'MUTABLE' | 'IMMUTABLE';
  /** Ids of accounts that its policy lets read. */
  readers: readonly string[];
  tags: Tags;
  readonly emptyOnDelete: boolean;
}

/** Repositories of a region, by name. */
export const repositoriesOf: (place: AwsPlace) => Map<string, Repository> = stateOf('ecr', () => new Map());

/** Whom a password was given to, and for the registries of which region. */
export interface Token {
  readonly account: string;
  readonly region: string;
  readonly caller: Caller;
}

/** Passwords that were given out. */
export const tokensOf: (place: AwsPlace) => Map<string, Token> = stateOf('ecr tokens', () => new Map(), 'world');
