import { type Dirent, readdirSync } from 'node:fs';
import { digestBytes } from '../core/digest.ts';
import { ioFailure } from '../core/io-failure.ts';
import type { FolderMemo } from './file-cache.ts';
import { extendRules, isIgnored, type Rules } from './ignore-rules.ts';

/** One folder after the ignore rules. */
export interface WalkedFolder {
  /** Absolute and root-relative, both with `/` at their ends; the latter empty for the root. */
  readonly absolute: string;
  readonly base: string;
  /** What the ignore rules let through, sorted by code unit. */
  readonly entries: readonly Dirent[];
  /** Facts for a new memo, and the one that is there. */
  readonly rules: string;
  readonly listing: string;
  readonly kept: string;
  readonly memo: FolderMemo | undefined;
  /** `listing`: rules and entries are those of the memo, which leaves the files themselves to compare. */
  readonly known: 'listing' | 'nothing';
}

export interface Walk {
  readonly root: string;
  /** Root-relative folder with `/` at its end, and the rules above it. */
  readonly start: string;
  readonly rules: Rules;
  readonly memoOf: (base: string) => FolderMemo | undefined;
}

/**
 * Visits a folder and all below that the rules let through, in a fixed order. Links are entries, never followed, so a loop
 * of links ends.
 */
export function walk(request: Walk, visit: (folder: WalkedFolder) => void): void {
  const waiting: { base: string; rules: Rules }[] = [{ base: request.start, rules: request.rules }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { folder, rules } = listFolder(request, next);
    visit(folder);
    for (const entry of folder.entries.toReversed())
      if (entry.isDirectory()) waiting.push({ base: `${folder.base}${entry.name}/`, rules });
  }
}

/**
 * Matching rules costs more than listing: where rules and entries are those of the memo, its answer holds.
 */
function listFolder(
  { root, memoOf }: Walk,
  { base, rules: above }: { readonly base: string; readonly rules: Rules },
): { folder: WalkedFolder; rules: Rules } {
  const absolute = root === '/' ? `/${base}` : `${root}/${base}`;
  const all = readEntries(absolute);
  const rules = extendRules(above, { absolute, base, names: all.map((entry) => entry.name) });
  const listing = digestBytes(all.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).join('\0'));
  const memo = memoOf(base);
  const known = memo?.rules === rules.id && memo.listing === listing && memo.kept.length === all.length;
  const kept = known ? memo.kept : all.map((entry) => verdict(rules, base, entry)).join('');
  const entries = all.filter((_, index) => kept[index] === '1');
  const facts = { rules: rules.id, listing, kept, memo, known: known ? 'listing' : 'nothing' } as const;
  return { folder: { absolute, base, entries, ...facts }, rules };
}

function verdict(rules: Rules, base: string, entry: Dirent): '0' | '1' {
  const kind = entry.isDirectory() ? 'folder' : 'other';
  return isIgnored(rules, { name: entry.name, path: base + entry.name, kind }) ? '0' : '1';
}

function readEntries(absolute: string): Dirent[] {
  try {
    return readdirSync(absolute, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw ioFailure('read', absolute, error);
  }
}
