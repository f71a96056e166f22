import type { ErrorCode } from '../core/error-codes.ts';
import { nearest } from '../core/name.ts';

/** Keys and list positions from the root of the config. */
export type Path = readonly (string | number)[];

/** Something wrong in a config, before its place in the text is looked up. */
export interface Problem {
  readonly path: Path;
  readonly message: string;
  readonly expected?: string;
  readonly fix?: string;
  /** Default `INVALID_CONFIG`. */
  readonly code?: ErrorCode;
  /** Default `error`. */
  readonly level?: 'error' | 'warning';
  /** Points at the key and not at the value. */
  readonly at?: 'key';
  /** Position in the text, where it is known already. */
  readonly offset?: number;
}

/** How many candidates are compared for "did you mean" per config, so that ten thousand misspelt names stay quick. */
const COMPARISONS = 200_000;

/** Collects everything that is wrong, so that the owner sees it all at once. */
export class Problems {
  readonly found: Problem[] = [];
  readonly #touched = new Set<string>();
  #comparisons = COMPARISONS;
  #errors = 0;

  /** Warnings are not counted. */
  get errors(): number {
    return this.#errors;
  }

  add(problem: Problem): void {
    this.found.push(problem);
    if (problem.level === 'warning') return;
    this.#errors += 1;
    for (let length = problem.path.length; length > 0; length--) {
      this.#touched.add(pathText(problem.path.slice(0, length)));
    }
  }

  /** Whether there is an error at a path or below it: what is missing there may only have been taken out. */
  touches(path: Path): boolean {
    return this.#touched.has(pathText(path));
  }

  /** `Did you mean "timeout"?`, or the given way out when nothing is near. */
  suggest(word: string, candidates: readonly string[], otherwise?: string): { readonly fix?: string } {
    this.#comparisons -= candidates.length;
    const match = this.#comparisons < 0 ? undefined : nearest(word, candidates);
    const fix = match === undefined ? otherwise : `Did you mean "${match}"?`;
    return fix === undefined ? {} : { fix };
  }
}

/** `services.api.env[1].key`. */
export function pathText(path: Path): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');
}
