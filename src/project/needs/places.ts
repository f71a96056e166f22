import type { Mention } from './mention.ts';

/** How a file is read for what it says about variables. */
export interface Reader {
  readonly scanner:
    | 'javascript'
    | 'python'
    | 'go'
    | 'ruby'
    | 'embedded-ruby'
    | 'prisma'
    | 'template'
    | 'dockerfile'
    | 'package';
  /** The ending of the name, for languages that go by it. */
  readonly ending: string;
  readonly when: Mention['when'];
}

// Sets and not patterns: a plan asks for each file, and V8 takes longer to make a long pattern than a small project to plan.

/** Folders anywhere in a service that hold no part of it; nor does one whose name begins with a dot. */
const APART = wordsOf(
  'test tests __tests__ __mocks__ spec specs e2e cypress playwright fixtures __fixtures__ testdata benchmark benchmarks',
  'vendor node_modules stories site-packages venv',
);
/** The same at the top only; further down a site may have pages about `docs`. */
const APART_AT_TOP = wordsOf('doc docs example examples script scripts tool tools hack ci coverage seed seeds');
/** Last words of names, as in `cart.test.ts`. */
const TEST_WORDS = wordsOf('test tests spec stories story cy e2e bench');
/** Whole names without their endings. */
const TEST_NAMES = wordsOf('setupTests jest.setup jest-setup vitest.setup vitest-setup seed seeds');
const PYTHON_APART = wordsOf('conftest noxfile setup');
/** Whose configuration is of what only developers run. */
const TOOLS = wordsOf(
  'playwright vitest jest cypress eslint eslintrc prettier prettierrc commitlint lint-staged karma wdio release drizzle',
  'stylelint stylelintrc knip codegen orval nodemon pm2 ecosystem lighthouserc renovate plopfile gulpfile Gruntfile',
  'dangerfile',
);
/** Whose configuration is of what builds a service. */
const BUILDERS = wordsOf(
  'next vite nuxt astro svelte remix react-router webpack rollup rspack rsbuild postcss tailwind babel metro craco vue tsup',
  'esbuild gatsby next-sitemap next-i18next contentlayer velite app',
);
const TEMPLATES = wordsOf('.env.example .env.sample .env.template');
const SCRIPTS = wordsOf('js mjs cjs ts mts cts');

function wordsOf(...lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.flatMap((line) => line.split(' ')));
}

const ENDINGS: Readonly<Record<string, Reader['scanner']>> = {
  ...Object.fromEntries(
    ['js', 'jsx', 'mjs', 'cjs', 'ts', 'tsx', 'mts', 'cts', 'vue', 'svelte', 'astro'].map((name) => [
      name,
      'javascript' as const,
    ]),
  ),
  py: 'python',
  go: 'go',
  rb: 'ruby',
  ru: 'ruby',
  prisma: 'prisma',
};

/** How to read a file, by its path in the service's folder; `undefined` for one that tells nothing about the service. */
export function readerOf(path: string): Reader | undefined {
  const folders = path.split('/');
  const name = folders.pop() ?? '';
  if (folders.length === 0) {
    if (name === 'package.json') return { scanner: 'package', ending: 'json', when: 'run' };
    if (name === 'Dockerfile') return { scanner: 'dockerfile', ending: '', when: 'run' };
    if (TEMPLATES.has(name)) return { scanner: 'template', ending: '', when: 'run' };
  }
  const ending = name.slice(name.lastIndexOf('.') + 1);
  if (ending === 'yml')
    return /^config\/[\w-]+\.yml$/.test(path) ? { scanner: 'embedded-ruby', ending, when: 'run' } : undefined;
  const scanner = Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined;
  if (!scanner || folders.some(isFolderApart) || isNameApart(name.slice(0, -ending.length - 1), ending))
    return undefined;
  if (folders.length > 0 || !SCRIPTS.has(ending)) return { scanner, ending, when: 'run' };
  return isTool(name) ? undefined : { scanner, ending, when: isBuilder(name) ? 'build' : 'run' };
}

function isFolderApart(folder: string, depth: number): boolean {
  return folder.startsWith('.') || APART.has(folder) || (depth === 0 && APART_AT_TOP.has(folder));
}

function isNameApart(base: string, ending: string): boolean {
  if (TEST_NAMES.has(base)) return true;
  if (ending === 'py' && (PYTHON_APART.has(base) || base.startsWith('test_'))) return true;
  const at = Math.max(base.lastIndexOf('.'), base.lastIndexOf('_'), base.lastIndexOf('-'));
  if (at >= 0 && TEST_WORDS.has(base.slice(at + 1))) return true;
  return (base.endsWith('.d') && ending.endsWith('ts')) || (base.endsWith('.min') && ending.endsWith('js'));
}

/** `jest.config.js`, `.eslintrc.cjs` */
function isTool(name: string): boolean {
  const bare = name.startsWith('.') ? name.slice(1) : name;
  return TOOLS.has(bare.slice(0, bare.indexOf('.')));
}

/** `next.config.mjs` */
function isBuilder(name: string): boolean {
  const [builder = '', behind] = name.split(/[.-]config(?=\.)/);
  return behind !== undefined && BUILDERS.has(builder);
}

/** Files that make a folder a program of its own. */
const MANIFESTS = new Set([
  'package.json',
  'go.mod',
  'pyproject.toml',
  'requirements.txt',
  'Gemfile',
  'deno.json',
  'Cargo.toml',
]);

export function isManifest(path: string): boolean {
  return MANIFESTS.has(path.slice(path.lastIndexOf('/') + 1));
}
