/** What is known of a variable before it has a value: from the config, or from the catalogue of well-known ones. */
export interface VariableSpec {
  readonly key: string;
  /** One sentence for people. */
  readonly description?: string;
  readonly required: boolean;
  readonly sensitive: boolean;
  /** A made-up value of the right form; never a real one. */
  readonly example?: string;
  readonly validation?: VariableRules;
}

export interface VariableRules {
  /** A regular expression that the whole value has to match. */
  readonly pattern?: string;
  /** Characters. */
  readonly min_length?: number;
  readonly max_length?: number;
}

/** A variable that the code of a service asks for, and what shows it. */
export interface Need {
  readonly key: string;
  /** Whether the code does without it: it has a fallback, or what asks for it is optional. */
  readonly optional: boolean;
  /** `build`: only what builds it reads it; `run`: what runs does too. */
  readonly when: 'build' | 'run';
  /** Places first, each once: `src/pay.ts:4 process.env.STRIPE_SECRET_KEY`, `package.json stripe`. Never empty. */
  readonly evidence: readonly string[];
}
