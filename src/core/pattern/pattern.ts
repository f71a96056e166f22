import { type Node, parsePattern, type Takes, Unusable } from './parse.ts';

/** A regular expression that is matched in time linear in the text, whatever stands in it. */
export interface Pattern {
  /** Whether the whole text matches. */
  matches(text: string): boolean;
}

/** What patterns are, for messages. */
export const PATTERN_RULE =
  'a regular expression of at most 500 characters, without look-around, back references and \\b';

const LONGEST = 500;
/** Steps; what counted repetitions stand for is written out. */
const MOST_STEPS = 5000;

type Step =
  | { readonly op: 'take'; readonly takes: Takes }
  | { readonly op: 'start' | 'end' | 'done' }
  | { readonly op: 'jump'; to: number }
  | { readonly op: 'split'; to: number; or: number };

/**
 * Makes a pattern of the syntax of JavaScript. What can only be matched by trying (look-around, back references) is refused,
 * so that no pattern of a config can hold up a deploy. The text tells why a pattern is refused, completing "the pattern …".
 */
export function compilePattern(source: string): Pattern | string {
  if (source.length > LONGEST) return `is longer than ${LONGEST} characters`;
  try {
    const steps: Step[] = [];
    write(parsePattern(source), steps);
    add(steps, { op: 'done' });
    return { matches: (text) => run(steps, [...text]) };
  } catch (error) {
    if (error instanceof Unusable) return error.message;
    throw error;
  }
}

function add<S extends Step>(steps: Step[], step: S): S {
  if (steps.length >= MOST_STEPS) throw new Unusable('repeats too much');
  steps.push(step);
  return step;
}

function write(node: Node, steps: Step[]): void {
  if (node.kind === 'set') add(steps, { op: 'take', takes: node.takes });
  else if (node.kind === 'sequence') for (const part of node.of) write(part, steps);
  else if (node.kind === 'choice') writeChoice(node.of, steps);
  else if (node.kind === 'repeat') writeRepeat(node, steps);
  else add(steps, { op: node.kind });
}

function writeChoice(parts: readonly Node[], steps: Step[]): void {
  const ends = parts.slice(0, -1).map((part) => {
    const split = add(steps, { op: 'split', to: steps.length + 1, or: 0 });
    write(part, steps);
    const end = add(steps, { op: 'jump', to: 0 });
    split.or = steps.length;
    return end;
  });
  for (const part of parts.slice(-1)) write(part, steps);
  for (const end of ends) end.to = steps.length;
}

function writeRepeat({ of, least, most }: Extract<Node, { kind: 'repeat' }>, steps: Step[]): void {
  for (let time = 0; time < least; time++) {
    const before = steps.length;
    write(of, steps);
    // What takes nothing is the same however often it stands there.
    if (steps.length === before) return;
  }
  if (most === Number.POSITIVE_INFINITY) {
    const begin = steps.length;
    const split = add(steps, { op: 'split', to: begin + 1, or: 0 });
    write(of, steps);
    add(steps, { op: 'jump', to: begin });
    split.or = steps.length;
    return;
  }
  const splits = Array.from({ length: most - least }, () => {
    const split = add(steps, { op: 'split', to: steps.length + 1, or: 0 });
    write(of, steps);
    return split;
  });
  for (const split of splits) split.or = steps.length;
}

/** All ways at once, each step at most once for a character (Thompson, 1968). */
function run(steps: readonly Step[], text: readonly string[]): boolean {
  let at = reachable(steps, [0], { isStart: true, isEnd: text.length === 0 });
  for (const [index, character] of text.entries()) {
    const taken = at.filter((step) => takes(steps[step], character)).map((step) => step + 1);
    if (taken.length === 0) return false;
    at = reachable(steps, taken, { isStart: false, isEnd: index === text.length - 1 });
  }
  return at.some((step) => steps[step]?.op === 'done');
}

function takes(step: Step | undefined, character: string): boolean {
  return step?.op === 'take' && step.takes(character);
}

interface Position {
  readonly isStart: boolean;
  readonly isEnd: boolean;
}

/** Every step that is come to without taking a character. */
function reachable(steps: readonly Step[], from: readonly number[], position: Position): number[] {
  const seen = new Set(from);
  for (const index of seen) for (const next of following(steps[index], index, position)) seen.add(next);
  return [...seen];
}

function following(step: Step | undefined, index: number, { isStart, isEnd }: Position): readonly number[] {
  if (step?.op === 'jump') return [step.to];
  if (step?.op === 'split') return [step.to, step.or];
  if ((step?.op === 'start' && isStart) || (step?.op === 'end' && isEnd)) return [index + 1];
  return [];
}
