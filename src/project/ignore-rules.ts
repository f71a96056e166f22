import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import type { PathFilter, PlatformIgnores } from '../core/build-inputs.ts';
import { digestBytes } from '../core/digest.ts';
import { neverTaken } from '../core/excluded.ts';
import { ioFailure, systemCode } from '../core/io-failure.ts';

/** In this order: what stands later wins, so `.deployignore` can take back (`!dist`) what `.gitignore` leaves out. */
export const IGNORE_FILES = ['.gitignore', '.deployignore'] as const;

/** Every rule that is in force in one folder. Equal ids stand for equal rules. */
export interface Rules {
  readonly id: string;
  /** All ignore files from the root down, as if they were one at the root: what stands later wins, as in git. */
  readonly matcher: Ignore | undefined;
  /** Root-relative paths that the build writes. */
  readonly outputs: ReadonlySet<string>;
  /** `raw`: ignore files mean nothing, only `neverTaken` holds, and the filter if there is one. */
  readonly kind: 'sources' | 'raw';
  /** Of the folder at this base, between the two of ours. */
  readonly platform?: PlatformIgnores & { readonly base: string };
  readonly filter?: (path: string, kind: 'folder' | 'other') => boolean;
}

export const NO_RULES: Rules = { id: 'none', matcher: undefined, outputs: new Set(), kind: 'sources' };
export const RAW_RULES: Rules = { id: 'raw', matcher: undefined, outputs: new Set(), kind: 'raw' };

/** A filter's word instead of the ignore files'; its paths count from a root-relative folder (`/` at its end). */
export function filterRules({ id, ignores, readmits }: PathFilter, folder: string): Rules {
  const filter = (path: string, kind: 'folder' | 'other') => {
    const inside = path.slice(folder.length);
    return ignores(inside) && !(kind === 'folder' && readmits(inside));
  };
  return { ...RAW_RULES, id: `filter ${folder} ${id}`, filter };
}

/** The rules inside a folder with these entries, where those of its parent are `parent`. */
export function extendRules(
  parent: Rules,
  folder: { readonly absolute: string; readonly base: string; readonly names: readonly string[] },
): Rules {
  if (parent.kind === 'raw') return parent;
  const platform = parent.platform?.base === folder.base ? parent.platform : undefined;
  const files = platform ? ['.gitignore', platform.file, '.deployignore'] : IGNORE_FILES;
  const present = files.filter((file) => folder.names.includes(file));
  if (present.length === 0 && !platform) return parent;
  const texts = present.map((file) => readIgnoreFile(join(folder.absolute, file)));
  const text = [...(platform?.defaults ?? []), ...texts].join('\n');
  const patterns = text.split(/\r?\n/).flatMap((line) => rebase(line, folder.base));
  // Git compares case on Linux; the package does not unless told.
  const matcher = ignore({ ignoreCase: false });
  if (parent.matcher) matcher.add(parent.matcher);
  return { ...parent, id: digestBytes(`${parent.id}\n${folder.base}\n${text}`), matcher: matcher.add(patterns) };
}

/** The same rules for a folder (`/` at its end) of which a platform leaves more out. */
export function withPlatform(rules: Rules, base: string, ignores: PlatformIgnores | undefined): Rules {
  return ignores ? { ...rules, platform: { ...ignores, base } } : rules;
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
  if (rules.kind === 'raw') return rules.filter?.(entry.path, entry.kind) ?? false;
  if (entry.name === 'node_modules' || rules.outputs.has(entry.path)) return true;
  return matchesIgnoreFiles(rules, entry.kind === 'folder' ? `${entry.path}/` : entry.path);
}

/** What the ignore files alone say about a root-relative path; folders end in `/`. */
export function matchesIgnoreFiles(rules: Rules, path: string): boolean {
  return rules.matcher?.ignores(path) ?? false;
}

/** One line of the ignore file in `base`, as it would read at the root. None for comments and lines that match nothing. */
function rebase(line: string, base: string): readonly string[] {
  const [mark, body] = line.startsWith('!') ? ['!', line.slice(1)] : ['', line];
  if (line.startsWith('#') || /^\/? *$/.test(body)) return [];
  if (base === '') return [line];
  const escaped = base.replace(/[\\*?[\] ]/g, '\\$&');
  const isAnchored = /\/(?! *$)/.test(body);
  return [`${mark}/${escaped}${isAnchored ? body.replace(/^\//, '') : `**/${body}`}`];
}

function readIgnoreFile(file: string): string {
  try {
    const handle = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      return readFileSync(handle, 'utf8').replace(/^\ufeff/, '');
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    // Git reads no rules from a link, and a folder of that name holds none.
    if (['ELOOP', 'EISDIR', 'ENOENT'].includes(systemCode(error))) return '';
    throw ioFailure('read', file, error);
  }
}
