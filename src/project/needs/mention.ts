/**
 * How a place asks for a variable:
 * - `demands`: it fails without: a guard that throws, `os.environ["X"]`;
 * - `reads`: it takes what comes, with nothing to fall back on;
 * - `passes`: it hands what comes to something that, by its type, also takes nothing;
 * - `falls_back`: it has a default;
 * - `tests`: it looks whether the variable is there, or asks only where something else is set;
 * - `lists`, `lists_optional`: a template names it, as needed or as optional;
 * - `gives`: it sets it itself.
 */
export type Ask = 'demands' | 'reads' | 'passes' | 'falls_back' | 'tests' | 'lists' | 'lists_optional' | 'gives';

/** A place in a file that mentions a variable. */
export interface Mention {
  readonly key: string;
  /** Counts from 1. */
  readonly line: number;
  /** What stands there, in short and without any value: `process.env.PORT`; empty where the place says enough. */
  readonly shown: string;
  readonly asks: Ask;
  /** Whether only what builds the service reads this. */
  readonly when: 'build' | 'run';
}

/** What a file reads by a name that it has from another one, which may hand all variables on. */
export interface Borrowed {
  /** As the import writes it, relative to the file. */
  readonly module: string;
  /** As the other file calls it; `default` for what has no name. */
  readonly name: string;
  readonly mention: Mention;
}

/** What one file tells by its bytes alone; kept by their digest. */
export interface FileFacts {
  readonly mentions: readonly Mention[];
  /** Packages that the file says its folder needs to run. */
  readonly packages?: readonly string[];
  /** Names under which it hands all variables on: `export const env = process.env`. */
  readonly hands?: readonly string[];
  readonly borrows?: readonly Borrowed[];
}

export const NO_FACTS: FileFacts = { mentions: [] };

const STRENGTH: readonly Ask[] = ['demands', 'tests', 'falls_back', 'reads', 'passes'];

/** Of what one file does with a variable: a guard wins, and one look whether it is there, or one default, shows it optional. */
export function strongest(asks: readonly Ask[]): Ask {
  return STRENGTH.find((ask) => asks.includes(ask)) ?? 'reads';
}

/** The line of each offset of a text, by halving. */
export function lineCounter(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
