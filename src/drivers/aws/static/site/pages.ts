import { createHash } from 'node:crypto';
import { DeployerError } from '../../../../core/errors.ts';
import { printableLine } from '../../../../core/text.ts';
import { idOf, placeOf } from './path-hash.ts';
import { FAN_BITS, PLACES, WIDTH } from './viewer-code.ts';

/** A path of the site and what stands for it in the bucket. */
export interface PageEntry {
  readonly path: string;
  /** Of {@link WIDTH.key} characters. */
  readonly key: string;
  /** Bits of `FLAG`. */
  readonly flags: number;
}

/** Which objects the paths of a release stand for, as the store keeps it: a tree of pages named by what is in them. */
export interface Pages {
  /** Address of the top page. */
  readonly root: string;
  /** Levels above the pages with entries. */
  readonly depth: number;
  /** Pages with entries, a power of two. */
  readonly count: number;
  /** Keys of the store → values. Releases share what is the same. */
  readonly values: ReadonlyMap<string, string>;
}

/** Characters that a value of the store may have. */
const MOST = 1_024;
const FAN = 2 ** FAN_BITS;
/** More would not fit into a store. */
const MOST_PAGES = 2 ** 16;

/** The same entries give the same pages; one changed entry changes one page of each level. */
export function pagesOf(entries: readonly PageEntry[]): Pages {
  for (let count = 1; count <= MOST_PAGES; count *= 2) {
    const leaves = leavesOf(entries, count);
    if (leaves) return treeOf(leaves);
  }
  throw new DeployerError({
    code: 'QUOTA_EXCEEDED',
    stage: 'deploy',
    reason: `The site has ${entries.length} files, which is more than a key value store of CloudFront can name`,
    fix: 'Deploy fewer files',
  });
}

/** `undefined` where one would be too long. */
function leavesOf(entries: readonly PageEntry[], count: number): readonly string[] | undefined {
  const leaves = Array.from({ length: count }, () => [] as string[]);
  const most = Math.floor(MOST / (WIDTH.id + 1 + WIDTH.key));
  for (const { path, key, flags } of entries) {
    const leaf = leaves[placeOf(path) % count];
    if (!leaf || leaf.push(`${idOf(path)}${flags}${key}`) > most) return undefined;
  }
  return leaves.map((leaf) => leaf.sort().join('') || ' ');
}

function treeOf(leaves: readonly string[]): Pages {
  const values = new Map<string, string>();
  const keep = (value: string) => {
    const address = createHash('sha256').update(value).digest('base64url').slice(0, WIDTH.address);
    values.set(PLACES.page + address, value);
    return address;
  };
  let depth = 0;
  let level = leaves.map(keep);
  for (; level.length > 1; depth++)
    level = Array.from({ length: Math.ceil(level.length / FAN) }, (_, index) =>
      keep(level.slice(index * FAN, (index + 1) * FAN).join('')),
    );
  return { root: level[0] ?? '', depth, count: leaves.length, values };
}

/** Two paths with one name in their page: which has never been seen, and would show one file in place of another. */
export function refuseClash(entries: readonly PageEntry[]): void {
  const paths = new Map<string, string>();
  for (const { path } of entries) {
    const other = paths.get(idOf(path));
    if (other !== undefined) throw clash(other, path);
    paths.set(idOf(path), path);
  }
}

function clash(one: string, other: string): DeployerError {
  return new DeployerError({
    code: 'BUILD_FAILED',
    stage: 'deploy',
    reason: `${printableLine(one)} and ${printableLine(other)} have the same digest in the key value store`,
    fix: 'Rename one of them',
  });
}
