import { spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { basename, dirname, join } from 'node:path';
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

type Name = keyof typeof IMAGES;

/** Makes the images that the engine does not have yet; answers those that were made. */
export async function makeImages(
  socket: string,
  folder: string,
  names = Object.keys(IMAGES) as readonly Name[],
): Promise<readonly string[]> {
  const made: string[] = [];
  for (const name of names) {
    const image = IMAGES[name];
    if ((await engineCall(socket, 'GET', `/images/${image}/json`)).status === 200) continue;
    await importImage(socket, image, await rootFolder(name, folder));
    made.push(image);
  }
  return made;
}

async function rootFolder(name: Name, folder: string): Promise<string> {
  const root = join(folder, `image-${name}`);
  if (existsSync(root)) return root;
  addShell(root);
  if (name === 'node') addProgram(root, process.execPath);
  if (name === 'caddy') addProgram(root, await caddyProgram(folder));
  return root;
}

/** What every image has: a shell, and the folders that programs expect. */
export function addShell(root: string): void {
  for (const part of ['bin', 'etc', 'tmp', 'config', 'data', 'usr/bin'])
    mkdirSync(join(root, part), { recursive: true });
  chmodSync(join(root, 'tmp'), 0o1777);
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\n');
  const shell = find('busybox') ?? '';
  cpSync(shell, join(root, 'bin/busybox'));
  // A link named busybox to itself would break every command.
  for (const applet of run([shell, '--list'], root).split('\n'))
    if (applet !== '' && applet !== 'busybox') symlinkSync('busybox', join(root, 'bin', applet));
}

function addProgram(root: string, program: string): void {
  cpSync(program, join(root, 'usr/bin', basename(program)), { dereference: true });
  addLibraries(root, program);
}

/** The libraries that a program of this machine names. */
export function addLibraries(root: string, program: string): void {
  for (const [library] of run(['ldd', program], root).matchAll(/\/\S+/g)) {
    mkdirSync(dirname(join(root, library)), { recursive: true });
    cpSync(library, join(root, library), { dereference: true });
  }
}

/** An image of one layer, the folder; changes are lines of a Dockerfile. */
export function importImage(
  socketPath: string,
  image: string,
  root: string,
  changes: readonly string[] = [],
): Promise<void> {
  const [repo = '', tag = ''] = image.split(':');
  const query = new URLSearchParams({ fromSrc: '-', repo, tag });
  for (const change of ['ENV PATH=/usr/bin:/bin', ...changes]) query.append('changes', change);
  return new Promise((resolve, reject) => {
    const upload = request({ socketPath, method: 'POST', path: `/images/create?${query}` }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      const failed = () => response.statusCode !== 200 || text.includes('errorDetail');
      response.on('end', () => (failed() ? reject(new Error(text)) : resolve()));
    });
    upload.once('error', reject);
    spawn('tar', ['-C', root, '-c', '.'], { stdio: ['ignore', 'pipe', 'inherit'] }).stdout.pipe(upload);
  });
}

/** One call of the engine, for tests to look with other eyes than the driver's; the body of a stream is its text. */
export function engineCall(
  socketPath: string,
  method: string,
  path: string,
  body?: unknown,
  given: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly body: unknown }> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? given : { 'content-type': 'application/json', ...given };
    const call = request({ socketPath, method, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: parsed(text) });
      });
    });
    call.once('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** As `engineCall`, for what has to succeed; answers the body. */
export async function demand(socket: string, method: string, path: string, wanted?: unknown): Promise<unknown> {
  const { status, body } = await engineCall(socket, method, path, wanted);
  if (status >= 300) throw new Error(`${method} ${path} answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
