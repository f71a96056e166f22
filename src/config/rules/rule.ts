import type { ReferenceProblem } from '../../core/provider.ts';
import type { EffectiveService, ServicesByEnvironment, SoundConfig } from '../effective.ts';
import type { Problems } from '../problems.ts';
import type { Places } from '../yaml/places.ts';

/** Names that other parts of the program know. What is left out is not checked. */
export interface Vocabulary {
  /** Stores of the state. */
  readonly backends?: readonly string[];
  /** Migration engines. */
  readonly engines?: readonly string[];
  /** Providers of secrets. */
  readonly providers?: readonly string[];
  /** Judges a reference to a secret, by the names of `secret_commands`; no store is asked. */
  readonly reference?: (text: string, commands: readonly string[]) => Promise<ReferenceProblem | undefined>;
}

/** What a rule sees: the parts of a config that have the right types. */
export interface Review {
  readonly config: SoundConfig;
  readonly byEnvironment: ServicesByEnvironment;
  readonly services: readonly EffectiveService[];
  readonly known: Vocabulary;
  readonly places: Pick<Places, 'source'>;
  readonly problems: Problems;
}

/** One thing that no single field can tell. Adds what is wrong to the problems; linear in the size of the config. */
export type Rule = (review: Review) => void;
