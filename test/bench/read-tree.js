// The least that a plan of many services can cost: lists, looks at, reads and hashes every file of a folder. node read-tree.js <folder>
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

const bytes = Buffer.alloc(65_536);
const hash = createHash('sha256');
walk(process.argv[2]);
console.log(hash.digest('hex'));

function walk(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) walk(join(folder, entry.name));
    else read(join(folder, entry.name));
  }
}

function read(file) {
  const handle = openSync(file);
  fstatSync(handle);
  hash.update(bytes.subarray(0, readSync(handle, bytes)));
  closeSync(handle);
}
