// The command line as a few scripts that V8 can start from compiled form, since finding and linking a hundred small modules
// takes longer than all they do: what every command needs, what a plan needs, and a script each for what few need.
// Bundled by rolldown, which can be told what goes together.
import { rolldown } from 'rolldown';

/** Parts of Node that only some commands need, and their packages name at their top. Each costs some ms to load. */
const LATE = /^node:(child_process|fs\/promises|stream\/promises|timers\/promises)$/;
/** A script is an expression: a function that `bin/deployer.js` calls with what a CommonJS module is given. */
export const FUNCTION = { banner: '(function(exports,require,module,__filename){', footer: '})' };

/**
 * Bundles the program `entry` into `out`, its first script named `main.cjs`. Each group in turn takes the modules that its
 * test wants into a script of its name; `main` is the one that the entry belongs to.
 * Answers the modules of each script by its name.
 */
export async function pack({ entry, out, groups = [], external, apart, define }) {
  const bundle = await rolldown({
    input: { main: entry },
    platform: 'node',
    external: (id) => (id.startsWith('node:') ? !LATE.test(id) : external.includes(packageOf(id))),
    plugins: [beside(apart), lateParts, inAscii],
    transform: { target: 'node20', define },
    preserveEntrySignatures: false,
    checks: { ineffectiveDynamicImport: false },
  });
  const { output } = await bundle.write({
    dir: out,
    format: 'cjs',
    minify: true,
    postBanner: FUNCTION.banner,
    postFooter: FUNCTION.footer,
    dynamicImportInCjs: false,
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    ...(groups.length > 0 && { codeSplitting: splittingBy(groups) }),
  });
  await bundle.close();
  return new Map(output.map(({ fileName, moduleIds }) => [fileName, moduleIds]));
}

/** `mysql2` of `mysql2/promise`, `@scope/name` of `@scope/name/part`. */
function packageOf(id) {
  return id.split('/', id.startsWith('@') ? 2 : 1).join('/');
}

/** The groups in their order; a module that two of them want goes into the first. */
function splittingBy(groups) {
  return {
    includeDependenciesRecursively: false,
    groups: groups.map(({ name, test }, index) => ({ name, test, priority: groups.length - index })),
  };
}

/** Packages that are files of their own beside the scripts. */
function beside(names) {
  return {
    name: 'beside',
    resolveId: (id) => (names.includes(id) ? { id: `./${id}.cjs`, external: true } : null),
  };
}

/** Puts a stand-in before a part of Node: it has the same members, and loads the part when one is first used. */
const lateParts = {
  name: 'late-parts',
  resolveId: (id) => (LATE.test(id) ? `\0${id}` : null),
  async load(id) {
    if (!id.startsWith('\0node:')) return null;
    const path = id.slice(1);
    const members = Object.keys(await import(path)).filter((name) => name !== 'default');
    const getters = members.map((name) => `get ${name}(){return load().${name}}`);
    return { code: `let part;const load=()=>part??=require.call(null,'${path}');module.exports={${getters}};` };
  },
};

/** Scripts are read as Latin-1, which V8 need not decode. Texts, patterns and names may all hold such an escape. */
const inAscii = {
  name: 'in-ascii',
  generateBundle(_options, bundle) {
    for (const chunk of Object.values(bundle)) chunk.code = chunk.code.replace(/[^\x00-\x7f]/g, escaped);
  },
};

function escaped(unit) {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
