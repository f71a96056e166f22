// Runs a fresh command line once, on a copy of the sample, and keeps what V8 compiled for it: node warm.cjs <main.cjs>
const { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { tmpdir } = require('node:os');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');

const root = dirname(__dirname);
const [, , file] = process.argv;
const sample = mkdtempSync(join(tmpdir(), 'deployer-build-'));
for (const part of ['deploy.config.yaml', 'examples'])
  cpSync(join(root, part), join(sample, part), { recursive: true });

const script = new Script(readFileSync(file, 'latin1'), { filename: file });
process.argv = [process.execPath, file, 'plan', '--cwd', sample];
process.on('exit', () => {
  rmSync(sample, { recursive: true });
  if (process.exitCode === 0) writeFileSync(`${file}.cache`, script.createCachedData());
});
script.runInThisContext()(createRequire(file), file);
