import { basename, extname } from 'node:path/posix';

/** A digest at the end of a name, such as `app.3f9c2a71.js`. Dates and words have not both, a digit and a letter. */
const HEX = /[.-](?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,64}$/;
/** As bundlers write it with more letters: `index-Bx3_kQ9z.js`. Only where small and large ones and a digit meet. */
const MIXED = /[.-](?=[^.]*\d)(?=[^.]*[a-z])(?=[^.]*[A-Z])[\w-]{8}$/;
const NEVER = new Set(['.html', '.htm', '.json', '.xml', '.txt', '.webmanifest']);
/** What pages that were loaded before a switch still ask for. */
const PARTS = new Set(['.js', '.mjs', '.css', '.wasm', '.map', '.woff', '.woff2', '.ttf', '.otf']);

/** Whether what a path stands for never changes: the owner says so of its folder, or its name carries a digest. */
export function isImmutable(path: string, folders: readonly string[]): boolean {
  if (folders.some((folder) => path.startsWith(`${folder.replace(/^\.\/|\/+$/g, '')}/`))) return true;
  const extension = extname(path).toLowerCase();
  if (extension === '' || NEVER.has(extension)) return false;
  const stem = basename(path).slice(0, -extension.length);
  const name = stem.replace(/\.(?:js|mjs|css)$/, '').replace(/\.(?:chunk|min|module|bundle)$/, '');
  return HEX.test(name) || MIXED.test(name);
}

/** Whether it is still found where a new release lacks it, for pages that were loaded before. */
export function isKept(path: string, immutable: boolean): boolean {
  return immutable || PARTS.has(extname(path).toLowerCase());
}
