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

/** Folders anywhere in a service that hold no part of it. */
const APART =
  /(?:^|\/)(?:tests?|__tests__|__mocks__|specs?|e2e|cypress|playwright|fixtures|__fixtures__|testdata|benchmarks?|vendor|node_modules|stories|site-packages|venv|\.[^/]+)\//;
/** The same at the top only; further down a site may have pages about `docs`. */
const APART_AT_TOP = /^(?:docs?|examples?|scripts?|tools?|hack|ci|coverage|seeds?)\//;
const TESTS =
  /(?:[._-](?:test|tests|spec|stories|story|cy|e2e|bench)\.\w+|_test\.(?:go|py)|_spec\.rb|\.d\.[mc]?ts|\.min\.m?js)$/;
const TEST_NAMES =
  /(?:^|\/)(?:test_[^/]*\.py|conftest\.py|noxfile\.py|setup\.py|setupTests\.\w+|(?:jest|vitest)[.-]setup\.\w+|seeds?\.\w+)$/;
/** Configuration of what only developers run. */
const TOOLS =
  /^\.?(?:playwright|vitest|jest|cypress|eslint|eslintrc|prettier|prettierrc|commitlint|lint-staged|karma|wdio|release|drizzle|stylelint|stylelintrc|knip|codegen|orval|nodemon|pm2|ecosystem|lighthouserc|renovate|plopfile|gulpfile|Gruntfile|dangerfile)(?:\.[\w-]+)*\.[mc]?[jt]s$/;
/** Configuration of what builds a service. */
const BUILDERS =
  /^(?:next|vite|nuxt|astro|svelte|remix|react-router|webpack|rollup|rspack|rsbuild|postcss|tailwind|babel|metro|craco|vue|tsup|esbuild|gatsby|next-sitemap|next-i18next|contentlayer|velite|app)[.-]config(?:\.[\w-]+)*\.[mc]?[jt]s$/;
const TEMPLATE = /^\.env\.(?:example|sample|template)$/;

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
  if (!path.includes('/')) {
    if (path === 'package.json') return { scanner: 'package', ending: 'json', when: 'run' };
    if (path === 'Dockerfile') return { scanner: 'dockerfile', ending: '', when: 'run' };
    if (TEMPLATE.test(path)) return { scanner: 'template', ending: '', when: 'run' };
  }
  const ending = path.slice(path.lastIndexOf('.') + 1);
  if (ending === 'yml' && /^config\/[\w-]+\.yml$/.test(path)) return { scanner: 'embedded-ruby', ending, when: 'run' };
  const scanner = Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined;
  if (!scanner || isApart(path)) return undefined;
  const isBuilder = scanner === 'javascript' && BUILDERS.test(path);
  return { scanner, ending, when: isBuilder ? 'build' : 'run' };
}

function isApart(path: string): boolean {
  return APART.test(path) || APART_AT_TOP.test(path) || TESTS.test(path) || TEST_NAMES.test(path) || TOOLS.test(path);
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
