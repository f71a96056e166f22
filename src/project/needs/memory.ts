import type { FileCache } from '../file-cache.ts';
import { type Ask, type FileFacts, type Mention, NO_FACTS } from './mention.ts';

/** Goes up whenever a scanner changes, so that what an older one saw is not believed. */
const NOTE = 'needs 3';
/** Hex digits of a digest that are kept: two files of one project that share them are not to be expected. */
const KEPT = 16;

type Row = readonly [key: string, line: number, shown: string, asks: Ask, when: Mention['when']];

interface Written {
  /** Keys of files that say nothing, each as long as the others. */
  readonly silent: readonly string[];
  readonly told: Readonly<Record<string, readonly Row[]>>;
  readonly packages: Readonly<Record<string, readonly string[]>>;
  /** What few files do: hand all variables on, or take them so. */
  readonly passed: Readonly<Record<string, Pick<FileFacts, 'hands' | 'borrows'>>>;
}

/** Remembers what files said, by their digests and how they were read; keeps only what was asked for since it was opened. */
export interface NeedsMemory {
  recall(sha256: string, reading: string): FileFacts | undefined;
  keep(sha256: string, reading: string, facts: FileFacts): void;
}

export function openNeedsMemory(cache: FileCache): NeedsMemory {
  let before: Map<string, FileFacts> | undefined;
  const used = new Map<string, FileFacts>();
  return {
    recall(sha256, reading) {
      before ??= parse(cache.note(NOTE));
      const key = keyOf(sha256, reading);
      const facts = used.get(key) ?? before.get(key);
      if (facts) used.set(key, facts);
      return facts;
    },
    keep(sha256, reading, facts) {
      used.set(keyOf(sha256, reading), facts);
      cache.recordNote(NOTE, () => write(used));
    },
  };
}

function keyOf(sha256: string, reading: string): string {
  return `${sha256.slice(0, KEPT)}${reading}`;
}

function write(used: ReadonlyMap<string, FileFacts>): string {
  const silent: string[] = [];
  const told: Record<string, readonly Row[]> = {};
  const packages: Record<string, readonly string[]> = {};
  const passed: Record<string, Pick<FileFacts, 'hands' | 'borrows'>> = {};
  for (const [key, facts] of used) {
    const { hands, borrows } = facts;
    if (hands || borrows) passed[key] = { ...(hands ? { hands } : {}), ...(borrows ? { borrows } : {}) };
    if (facts.packages) packages[key] = facts.packages;
    else if (facts.mentions.length === 0 && !passed[key]) silent.push(key);
    else told[key] = facts.mentions.map((one): Row => [one.key, one.line, one.shown, one.asks, one.when]);
  }
  return JSON.stringify({ silent, told, packages, passed } satisfies Written);
}

function parse(text: string | undefined): Map<string, FileFacts> {
  if (text === undefined) return new Map();
  const { silent, told, packages, passed } = JSON.parse(text) as Written;
  return new Map([
    ...silent.map((key) => [key, NO_FACTS] as const),
    ...Object.entries(told).map(([key, rows]) => [key, { mentions: rows.map(mention), ...passed[key] }] as const),
    ...Object.entries(packages).map(([key, names]) => [key, { mentions: [], packages: names }] as const),
  ]);
}

function mention([key, line, shown, asks, when]: Row): Mention {
  return { key, line, shown, asks, when };
}
