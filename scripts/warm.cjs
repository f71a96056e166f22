// Runs a fresh command line on a copy of the sample: node warm.cjs <its program> <words…>. Keeps what V8 compiled for it
// beside its scripts, and names those it came by on file descriptor 3.
const { cpSync, mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { dirname, join } = require('node:path');

const [, , program, ...words] = process.argv;
const sample = mkdtempSync(join(tmpdir(), 'deployer-build-'));
for (const part of ['deploy.config.yaml', 'examples'])
  cpSync(join(dirname(__dirname), part), join(sample, part), { recursive: true });

process.argv = [process.execPath, program, ...words, '--cwd', sample];
const { loaded } = require(program);
process.on('exit', () => {
  rmSync(sample, { recursive: true });
  if (process.exitCode !== 0) return;
  for (const { filename, script } of loaded.values()) writeFileSync(`${filename}.cache`, script.createCachedData());
  writeFileSync(3, JSON.stringify([...loaded.keys()].map((name) => name.slice('./'.length))));
});
