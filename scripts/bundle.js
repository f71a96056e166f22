// What becomes of src/ in dist/: packs for the command line, and modules for all that other programs start or import.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { chunksOf } from './pack.js';

const FOREIGN = ['@photostructure/sqlite', 'pg', 'pg-native', 'mysql2'];
/** Parts of Node that only some commands need, and their packages name at their top. Each costs some ms to load. */
const LATE = /^node:(child_process|fs\/promises|stream\/promises|timers\/promises)$/;

/** Packages that few commands need and that are large: each is a file of its own beside the command line. */
const APART = ['execa', 'ora', 'yaml'];

/** Bundles the sources below `root` into the folder `out`; answers the chunks of the command line, which are not written. */
export async function bundle({ root, out }) {
  const [chunks] = await Promise.all([
    commandLine({ root, out }),
    bundleApart({ root, out }),
    bundleModules({ root, out }),
  ]);
  return chunks;
}

/** What is imported on demand is only run on demand. */
function commandLine({ root, out }) {
  return chunksOf({
    ...common(root),
    entryPoints: [{ in: join(root, 'src/cli/main.ts'), out: 'main' }],
    outdir: out,
    legalComments: 'none',
    plugins: [lateBuiltins, apart],
  });
}

function bundleApart({ root, out }) {
  return build({
    ...common(root),
    entryPoints: APART.map((name) => ({ in: name, out: name })),
    outdir: out,
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    // To whoever imports it as a module, what a CommonJS file exports is its default.
    footer: { js: 'if(module.exports.default)module.exports=Object.assign(module.exports.default,module.exports);' },
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

/** Puts a stand-in before a part of Node: it has the same members, and loads the part when one is first used. */
const lateBuiltins = {
  name: 'late-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: LATE }, ({ path }) => ({ path, namespace: 'late' }));
    onLoad({ filter: /.*/, namespace: 'late' }, async ({ path }) => {
      const members = Object.keys(await import(path)).filter((name) => name !== 'default');
      const getters = members.map((name) => `get ${name}(){return load().${name}}`);
      return {
        contents: `let part;const load=()=>part??=require.call(null,'${path}');module.exports={${getters}};`,
        loader: 'js',
      };
    });
  },
};

const apart = {
  name: 'apart',
  setup({ onResolve }) {
    onResolve({ filter: new RegExp(`^(${APART.join('|')})$`) }, ({ path }) => ({
      path: `./${path}.cjs`,
      external: true,
    }));
  },
};

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}
