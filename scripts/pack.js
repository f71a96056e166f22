// The command line as scripts of many chunks each, since finding and linking a hundred small modules takes longer than all
// they do. A chunk is a function that runs when it is first needed; a pack is an object of them, in one file, which V8 can
// keep in compiled form, as it cannot for modules. `bin/deployer.js` opens the packs one by one.
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, transform } from 'esbuild';

const STATIC = /\brequire\("\.\/([\w-]+)\.js"\)/g;
const ON_DEMAND = /\bimport\("\.\/([\w-]+)\.js"\)/g;

/** The chunks of one program, as the text of a function each, by name. */
export async function chunksOf(options) {
  const { outputFiles } = await build({ ...options, format: 'esm', splitting: true, write: false });
  const chunks = await Promise.all(
    outputFiles.map(async ({ path, text }) => [basename(path, '.js'), await asFunction(text)]),
  );
  return new Map(chunks);
}

/** Writes the packs into `folder`; what no list of `groups` names goes into `rest`. */
export function writePacks(folder, chunks, groups) {
  const taken = new Set(groups.flatMap(({ names }) => names));
  const rest = { pack: 'rest', names: [...chunks.keys()].filter((name) => !taken.has(name)) };
  for (const { pack, names } of [...groups, rest]) {
    const members = names.map((name) => `${JSON.stringify(name)}:${chunks.get(name)}`);
    writeFileSync(join(folder, `${pack}.cjs`), `({${members.join(',\n')}})\n`);
  }
}

async function asFunction(text) {
  const { code } = await transform(text.replace(ON_DEMAND, '__later("$1")'), {
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    minify: true,
    define: { 'import.meta.url': '__program.url' },
    supported: { 'dynamic-import': false },
  });
  const body = code.replace(STATIC, '__load("$1")').trimEnd();
  return `function(module,require,__load,__program){const __later=async(name)=>__load(name);${body}\n}`;
}
