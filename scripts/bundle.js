// What becomes of src/ in dist/: scripts for the command line, and modules for all that other programs start or import.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { FUNCTION, pack } from './pack.js';

const FOREIGN = ['@photostructure/sqlite', 'pg', 'pg-native', 'mysql2'];
/** Packages that few commands need and that are large: each is a file of its own beside the command line. */
const APART = ['execa', 'ora', 'yaml'];

/** Bundles all but the command line below `root` into the folder `out`. */
export async function bundle({ root, out }) {
  await Promise.all([bundleApart({ root, out }), bundleModules({ root, out })]);
}

/** Bundles the command line, see `pack`. */
export function bundleCommandLine({ root, out, groups }) {
  const { external, define } = common(root);
  return pack({ entry: join(root, 'src/cli/main.ts'), out, groups, external, define, apart: APART });
}

function bundleApart({ root, out }) {
  return build({
    ...common(root),
    entryPoints: APART.map((name) => ({ in: name, out: name })),
    outdir: out,
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    banner: { js: FUNCTION.banner },
    // To whoever imports it as a module, what a CommonJS file exports is its default.
    footer: {
      js: `if(module.exports.default)module.exports=Object.assign(module.exports.default,module.exports);${FUNCTION.footer}`,
    },
  });
}

/** `index.js`, the library, and every `*.entry.ts`: a program of its own, such as a driver's daemon. */
function bundleModules({ root, out }) {
  return build({
    ...common(root),
    entryPoints: moduleEntries(join(root, 'src')),
    outdir: out,
    format: 'esm',
    splitting: true,
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  });
}

function common(root) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20',
    minify: true,
    legalComments: 'linked',
    logLevel: 'warning',
    // The package's own build for browsers is the same code as ES modules, which can be shaken and starts faster.
    alias: { yaml: './node_modules/yaml/browser/dist/index.js' },
    external: FOREIGN,
    define: { 'process.env.DEPLOYER_VERSION': JSON.stringify(version) },
  };
}

function moduleEntries(src) {
  const index = join(src, 'index.ts');
  const programs = filesBelow(src).filter((file) => file.endsWith('.entry.ts'));
  return [
    ...(existsSync(index) ? [{ in: index, out: 'index' }] : []),
    ...programs.map((file) => ({ in: file, out: `${basename(dirname(file))}-${basename(file, '.entry.ts')}` })),
  ];
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}
