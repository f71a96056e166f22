// What both loops of bare requests share.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const AT_ONCE = 32;

/** Every file of a folder, with its path in it, digest and size. */
export function filesIn(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const bytes = readFileSync(path);
    const sha = createHash('sha1').update(bytes).digest('hex');
    return { path, file: path.slice(folder.length + 1), sha, size: bytes.length };
  });
}

/** Sends files by requests of the caller's making, several at once. */
export async function sendAll(files, request) {
  const queue = files.values();
  const worker = async () => {
    for (const file of queue) {
      const { url, ...rest } = request(file);
      const answer = await fetch(url, { ...rest, body: readFileSync(file.path) });
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`status ${answer.status}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Asks an API with a token; answers JSON. */
export function caller(api, query = '') {
  return async (method, path, body) => {
    const headers = { authorization: 'Bearer goodtoken', ...(body && { 'content-type': 'application/json' }) };
    const answer = await fetch(`${api}${path}${query}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    return await answer.json();
  };
}
