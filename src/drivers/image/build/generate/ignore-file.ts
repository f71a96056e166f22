import type { Recipe } from './recipe.ts';

/** Whatever else is in a folder, none of this belongs into an image. */
const ALWAYS = [
  'Dockerfile',
  '.dockerignore',
  '**/.git',
  '**/.gitignore',
  '**/.env*',
  '**/.deployer',
  '**/.DS_Store',
  '**/deploy.config.yaml',
];
const BY_LANGUAGE: Readonly<Record<string, readonly string[]>> = {
  node: ['**/node_modules', '**/npm-debug.log*'],
  python: ['**/__pycache__', '**/*.pyc', '**/.venv', '**/venv'],
};

/** What a generated Dockerfile's build is not to see: what git does not see, and what tools leave behind. */
export function dockerignore({ stack, below, outputs, command }: Recipe): string {
  const parts = outputs.filter((path) => path !== '.').map((path) => inside(below, path));
  // What no command makes is there already, and wanted although git may leave it out.
  const [made, kept] = command === undefined ? [[], parts.map((path) => `!${path}`)] : [parts, []];
  // What is never wanted stands last: nothing before it brings any of it back.
  const lines = [
    ...stack.ignored.map((line) => asDockerReads(line, below)),
    ...kept,
    ...ALWAYS,
    ...(BY_LANGUAGE[stack.language] ?? []),
    ...made,
  ];
  return `${[...new Set(lines)].join('\n')}\n`;
}

/** Docker counts every pattern from the top; git only those with a `/` that is not their last character. */
function asDockerReads(line: string, below: string): string {
  const [mark, pattern] = line.startsWith('!') ? ['!', line.slice(1)] : ['', line];
  const path = pattern.replace(/\/$/, '');
  if (path.startsWith('**/')) return mark + path;
  return mark + inside(below, path.includes('/') ? path.replace(/^\//, '') : `**/${path}`);
}

function inside(below: string, path: string): string {
  return below === '' ? path : `${below}/${path}`;
}
