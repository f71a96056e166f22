import { isAlias, isMap, isScalar, isSeq, type ParsedNode, type YAMLMap, type YAMLSeq } from 'yaml';
import { printableLine } from '../../core/text.ts';
import type { Path, Problems } from '../problems.ts';
import { DEPTH_LIMIT } from './compose.ts';

/** Values that all aliases together may add. A bomb of nine levels stops here and not in memory. */
const ALIAS_BUDGET = 10_000;

/** Keys that would reach into an object's prototype in some later copy. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

// Only a text in double quotes can hold these, by an escape. Newlines and tabs are wanted in certificates and scripts.
const REWRITTEN = /\$\{(?:env|secret):/;
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

/** Replaces a text by what it stands for, given where it stands. */
export type Rewrite = (text: string, path: Path) => string;

/**
 * YAML nodes → plain values. Maps become objects without a prototype. Duplicate and forbidden keys, unknown aliases,
 * control characters and numbers beyond JSON are added to `problems`.
 */
export function readValues(root: ParsedNode | undefined, rewrite: Rewrite, problems: Problems): unknown {
  return root ? new Reader(rewrite, problems).value(root) : undefined;
}

class Reader {
  readonly #rewrite: Rewrite;
  readonly #problems: Problems;
  readonly #anchors = new Map<string, unknown>();
  readonly #path: (string | number)[] = [];
  #aliases = 0;
  #added = 0;

  constructor(rewrite: Rewrite, problems: Problems) {
    this.#rewrite = rewrite;
    this.#problems = problems;
  }

  value(node: unknown): unknown {
    if (this.#aliases > 0 && !this.#affordable()) return undefined;
    if (isAlias(node)) return this.#alias(node.source);
    const value = isMap(node) ? this.#map(node) : isSeq(node) ? this.#list(node) : this.#scalar(node);
    // Known only from here on, so that a value cannot hold itself.
    const anchor = (node as { anchor?: string } | null)?.anchor;
    if (anchor !== undefined) this.#anchors.set(anchor, node);
    return value;
  }

  /** Read again at its new place, so that every rule about places holds there too. */
  #alias(name: string): unknown {
    if (this.#added > ALIAS_BUDGET) return undefined;
    if (!this.#anchors.has(name)) {
      return this.#refuse(
        'The alias has no anchor before it',
        'Define the anchor with "&" above, or write the value out',
      );
    }
    if (this.#path.length > DEPTH_LIMIT) return this.#refuse(`Aliases nest deeper than ${DEPTH_LIMIT} levels`);
    this.#aliases += 1;
    const value = this.value(this.#anchors.get(name));
    this.#aliases -= 1;
    return value;
  }

  #affordable(): boolean {
    this.#added += 1;
    if (this.#added === ALIAS_BUDGET + 1) {
      this.#refuse(`Aliases expand to more than ${ALIAS_BUDGET} values`, 'Write the values out');
    }
    return this.#added <= ALIAS_BUDGET;
  }

  #map(map: YAMLMap): Record<string, unknown> {
    const object: Record<string, unknown> = Object.create(null);
    for (const pair of map.items) {
      const key = isScalar(pair.key) ? String(pair.key.value ?? '') : undefined;
      if (key === undefined) {
        this.#refuse('A key is not a plain text');
        continue;
      }
      this.#path.push(key);
      if (this.#allows(key, object, pair.key)) object[key] = this.value(pair.value);
      this.#path.pop();
    }
    return object;
  }

  #allows(key: string, object: object, node: unknown): boolean {
    if (FORBIDDEN.has(key)) this.#refuseKey(node, `"${key}" is not allowed as a key`);
    else if (key === '<<')
      this.#refuseKey(node, 'Merge keys are not supported', 'Write the entries out, or use "defaults"');
    else if (key in object) this.#refuseKey(node, `"${printableLine(key)}" is there twice`, 'Delete one of the two');
    else return true;
    return false;
  }

  #list(list: YAMLSeq): unknown[] {
    return list.items.map((item, index) => {
      this.#path.push(index);
      const value = this.value(item);
      this.#path.pop();
      return value;
    });
  }

  #scalar(node: unknown): unknown {
    const value = isScalar(node) ? node.value : null;
    if (typeof value === 'string') return this.#text(value);
    if (typeof value === 'number' && !Number.isFinite(value)) return this.#refuse('The number is not finite');
    return value;
  }

  #text(written: string): string {
    if (CONTROL.test(written)) this.#refuse('The text holds a control character', 'Delete the escape');
    return REWRITTEN.test(written) ? this.#rewrite(written, this.#path) : written;
  }

  #refuse(message: string, fix?: string): undefined {
    this.#problems.add({ path: [...this.#path], message, ...(fix === undefined ? {} : { fix }) });
  }

  #refuseKey(node: unknown, message: string, fix?: string): void {
    const offset = (node as { range?: readonly number[] } | null)?.range?.[0];
    this.#problems.add({
      path: [...this.#path],
      at: 'key',
      message,
      ...(fix === undefined ? {} : { fix }),
      ...(offset === undefined ? {} : { offset }),
    });
  }
}
