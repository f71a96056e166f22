import { type Folder, openFolder, readText } from './folder.ts';

/** What the `.gitignore` files from the root down to a folder leave out of it, as one file in the folder would say it. */
export function ignoredIn(root: string, path: string): readonly string[] {
  const parts = path === '.' ? [] : path.split('/');
  return ['.', ...parts.map((_, at) => parts.slice(0, at + 1).join('/'))].flatMap((place, above) =>
    linesOf(openFolder(root, place)).flatMap((line) => rebased(line, parts.slice(above).join('/'))),
  );
}

function linesOf(folder: Folder): readonly string[] {
  return readText(folder, '.gitignore')
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** A pattern with a `/` counts from where it stands: elsewhere it says nothing here, or only its rest does. */
function rebased(line: string, below: string): readonly string[] {
  const [mark, pattern] = line.startsWith('!') ? ['!', line.slice(1)] : ['', line];
  const isAnchored = /\/(?!$)/.test(pattern) && !pattern.startsWith('**/');
  if (below === '' || !isAnchored) return [mark + pattern];
  const path = pattern.replace(/^\//, '');
  return path.startsWith(`${below}/`) && path !== `${below}/` ? [`${mark}/${path.slice(below.length + 1)}`] : [];
}
