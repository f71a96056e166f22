import { isMap, isScalar, isSeq, type Pair, type ParsedNode, type YAMLMap } from 'yaml';
import type { Path } from '../problems.ts';

/** Looks up where things stand in a text. Nothing is computed before the first question. */
export class Places {
  readonly #text: string;
  readonly #root: ParsedNode | undefined;
  readonly #keys = new WeakMap<YAMLMap, Map<unknown, Pair>>();
  #lines: number[] | undefined;

  constructor(text: string, root: ParsedNode | undefined) {
    this.#text = text;
    this.#root = root;
  }

  /** Offset of the value (or its key) at a path; of the nearest thing above it when the path ends earlier. */
  offset(path: Path, at?: 'key'): number {
    let node: unknown = this.#root;
    let offset = 0;
    for (const [index, part] of path.entries()) {
      const pair = this.#pair(node, part);
      if (!pair) return offset;
      const [key, value] = [start(pair.key), start(pair.value)];
      const wantsValue = index === path.length - 1 && at !== 'key';
      offset = (wantsValue ? (value ?? key) : (key ?? value)) ?? offset;
      node = pair.value;
    }
    return offset;
  }

  /** Whether all of a path is written. */
  has(path: Path): boolean {
    let node: unknown = this.#root;
    for (const part of path) {
      const pair = this.#pair(node, part);
      if (!pair) return false;
      node = pair.value;
    }
    return true;
  }

  /** A scalar as it was written, such as `010` for a number. */
  source(path: Path): string | undefined {
    let node: unknown = this.#root;
    for (const part of path) node = this.#pair(node, part)?.value;
    return isScalar(node) ? node.source : undefined;
  }

  /** Line and column from 1. */
  position(offset: number): { readonly line: number; readonly column: number } {
    this.#lines ??= lineStarts(this.#text);
    const lines = this.#lines;
    let low = 0;
    for (let high = lines.length; high - low > 1; ) {
      const middle = (low + high) >> 1;
      if ((lines[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (lines[low] ?? 0) + 1 };
  }

  #pair(node: unknown, part: string | number): { key?: unknown; value?: unknown } | undefined {
    if (isSeq(node)) return typeof part === 'number' && part in node.items ? { value: node.items[part] } : undefined;
    if (!isMap(node)) return undefined;
    let keys = this.#keys.get(node);
    if (!keys) {
      // The first of two equal keys is the one whose value is read.
      keys = new Map(node.items.toReversed().map((pair) => [isScalar(pair.key) ? pair.key.value : undefined, pair]));
      this.#keys.set(node, keys);
    }
    return keys.get(String(part));
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** Where a node starts; nothing for one that is not written at all, such as the value in `key:`. */
function start(node: unknown): number | undefined {
  const range = (node as { range?: readonly number[] | null } | null | undefined)?.range;
  return range && range[0] !== range[1] ? range[0] : undefined;
}
