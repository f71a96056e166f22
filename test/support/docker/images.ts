import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import { caddyProgram, find, run } from './packages.ts';

/** Images that tests build upon; made of programs of this machine, for no hub is asked. */
export const IMAGES = {
  /** A shell and its usual company. */
  busybox: 'deployer-test/busybox:1',
  /** The Node that runs the tests. */
  node: 'deployer-test/node:1',
  /** The proxy. */
  caddy: 'deployer-test/caddy:1',
} as const;

/** Makes the images that the engine does not have yet; answers those that were made. */
export async function makeImages(socket: string, folder: string): Promise<readonly string[]> {
  const made: string[] = [];
  for (const [name, image] of Object.entries(IMAGES)) {
    if ((await engineCall(socket, 'GET', `/images/${image}/json`)).status === 200) continue;
    await importImage(socket, image, await rootFolder(name as keyof typeof IMAGES, folder));
    made.push(image);
  }
  return made;
}

async function rootFolder(name: keyof typeof IMAGES, folder: string): Promise<string> {
  const root = join(folder, `image-${name}`);
  if (existsSync(root)) return root;
  for (const part of ['bin', 'etc', 'tmp', 'config', 'data', 'usr/bin'])
    mkdirSync(join(root, part), { recursive: true });
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\n');
  const shell = find('busybox') ?? '';
  cpSync(shell, join(root, 'bin/busybox'));
  // A link named busybox to itself would break every command.
  for (const applet of run([shell, '--list'], folder).split('\n'))
    if (applet !== '' && applet !== 'busybox') symlinkSync('busybox', join(root, 'bin', applet));
  if (name === 'node') addProgram(root, 'node', process.execPath);
  if (name === 'caddy') addProgram(root, 'caddy', await caddyProgram(folder));
  return root;
}

/** A program and the libraries it names. */
function addProgram(root: string, name: string, program: string): void {
  cpSync(program, join(root, 'usr/bin', name), { dereference: true });
  for (const [library] of run(['ldd', program], root).matchAll(/\/\S+/g)) {
    mkdirSync(dirname(join(root, library)), { recursive: true });
    cpSync(library, join(root, library), { dereference: true });
  }
}

function importImage(socketPath: string, image: string, root: string): Promise<void> {
  const [repo = '', tag = ''] = image.split(':');
  const query = new URLSearchParams({ fromSrc: '-', repo, tag, changes: 'ENV PATH=/usr/bin:/bin' });
  return new Promise((resolve, reject) => {
    const upload = request({ socketPath, method: 'POST', path: `/images/create?${query}` }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => (text.includes('errorDetail') ? reject(new Error(text)) : resolve()));
    });
    upload.once('error', reject);
    spawn('tar', ['-C', root, '-c', '.'], { stdio: ['ignore', 'pipe', 'inherit'] }).stdout.pipe(upload);
  });
}

/** One call of the engine, for tests to look with other eyes than the driver's. */
export function engineCall(
  socketPath: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ readonly status: number; readonly body: unknown }> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const call = request({ socketPath, method, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        const isJson = response.headers['content-type']?.includes('json') && text !== '';
        resolve({ status: response.statusCode ?? 0, body: isJson ? JSON.parse(text) : text });
      });
    });
    call.once('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}
