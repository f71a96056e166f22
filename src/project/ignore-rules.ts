import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { digestBytes } from '../core/digest.ts';
import { neverTaken } from '../core/excluded.ts';
import { ioFailure, systemCode } from '../core/io-failure.ts';

/** In this order: what stands later wins, so `.deployignore` can take back (`!dist`) what `.gitignore` leaves out. */
export const IGNORE_FILES = ['.gitignore', '.deployignore'] as const;

/** What the ignore files of one folder say. */
interface Level {
  /** Root-relative folder with `/` at its end; empty for the root. */
  readonly base: string;
  readonly matcher: Ignore;
}

/** Every rule that is in force in one folder. Equal ids stand for equal rules. */
export interface Rules {
  readonly id: string;
  /** Deepest first: the first that has something to say decides, as in git. */
  readonly levels: readonly Level[];
  /** Root-relative paths that the build writes. */
  readonly outputs: ReadonlySet<string>;
  /** `raw`: ignore files mean nothing, only `neverTaken` holds. */
  readonly kind: 'sources' | 'raw';
}

export const NO_RULES: Rules = { id: 'none', levels: [], outputs: new Set(), kind: 'sources' };
export const RAW_RULES: Rules = { id: 'raw', levels: [], outputs: new Set(), kind: 'raw' };

/** The rules inside a folder with these entries, where those of its parent are `parent`. */
export function extendRules(
  parent: Rules,
  folder: { readonly absolute: string; readonly base: string; readonly names: readonly string[] },
): Rules {
  if (parent.kind === 'raw') return parent;
  const present = IGNORE_FILES.filter((file) => folder.names.includes(file));
  if (present.length === 0) return parent;
  const text = present.map((file) => readIgnoreFile(join(folder.absolute, file))).join('\n');
  // Git compares case on Linux; the package does not unless told.
  const matcher = ignore({ ignoreCase: false }).add(text);
  const id = digestBytes(`${parent.id}\n${folder.base}\n${text}`);
  return { ...parent, id, levels: [{ base: folder.base, matcher }, ...parent.levels] };
}

/** The same rules for a service whose build writes `outputs` (root-relative): they are made, so they are no sources. */
export function withOutputs(rules: Rules, outputs: readonly string[]): Rules {
  if (outputs.length === 0) return rules;
  return { ...rules, id: `${rules.id} ${outputs.join('\0')}`, outputs: new Set(outputs) };
}

/** Whether an entry at a root-relative path is left out. What lies in a folder that is left out is never asked about. */
export function isIgnored(
  rules: Rules,
  entry: { readonly name: string; readonly path: string; readonly kind: 'folder' | 'other' },
): boolean {
  if (neverTaken(entry.name)) return true;
  if (rules.kind === 'raw') return false;
  if (entry.name === 'node_modules' || rules.outputs.has(entry.path)) return true;
  return matchesIgnoreFiles(rules, entry.kind === 'folder' ? `${entry.path}/` : entry.path);
}

/** What the ignore files alone say about a root-relative path; folders end in `/`. */
export function matchesIgnoreFiles(rules: Rules, path: string): boolean {
  for (const { base, matcher } of rules.levels) {
    const { ignored, unignored } = matcher.test(path.slice(base.length));
    if (ignored || unignored) return ignored;
  }
  return false;
}

function readIgnoreFile(file: string): string {
  try {
    const handle = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      return readFileSync(handle, 'utf8');
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    // Git reads no rules from a link, and a folder of that name holds none.
    if (['ELOOP', 'EISDIR', 'ENOENT'].includes(systemCode(error))) return '';
    throw ioFailure('read', file, error);
  }
}
