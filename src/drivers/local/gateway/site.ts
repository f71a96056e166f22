import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import send from 'send';
import { mediaTypeOf } from '../../media-type.ts';
import { answerPlainly } from './forward.ts';
import { type Meter, noteLatency } from './upstream.ts';

/** The files of one release, as a web site. */
export interface Site {
  readonly kind: 'static';
  /** Real path of the release's folder. */
  readonly root: string;
  readonly spa?: string;
  readonly immutable: readonly string[];
  readonly meter: Meter;
  /** Entity tags by file, made when first asked for; the files of a release never change. */
  readonly tags: Map<string, Promise<string>>;
}

interface SiteRequest {
  readonly folder: string;
  readonly spa?: string;
  readonly immutable: readonly string[];
  readonly meter: Meter;
}

export async function openSite({ folder, ...rest }: SiteRequest): Promise<Site> {
  return { kind: 'static', root: await realpath(folder), tags: new Map(), ...rest };
}

/** Answers a request from the files; never from a hidden one, nor from one outside the folder, be it by a link. */
export function serveFile(request: IncomingMessage, response: ServerResponse, site: Site): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    answerPlainly(response, 405, 'Method not allowed', { allow: 'GET, HEAD' });
  } else {
    serve(request, response, site).catch(() => {
      site.meter.errors += 1;
      answerPlainly(response, 500, 'The file could not be read');
    });
  }
}

async function serve(request: IncomingMessage, response: ServerResponse, site: Site): Promise<void> {
  const since = performance.now();
  const { path, query } = split(request.url ?? '/');
  const segments = safeSegments(path);
  if (!segments) return answerPlainly(response, 400, 'Bad request');
  const found = segments.includes(HIDDEN) ? undefined : await find(site, segments, path.endsWith('/'));
  if (found?.kind === 'folder') return redirect(response, `./${path.slice(path.lastIndexOf('/') + 1)}/${query}`);
  const file = found?.file ?? (await fallback(site, segments));
  noteLatency(site.meter, since);
  if (file) await sendFile(request, response, site, file);
  else await sendNotFound(request, response, site);
}

const HIDDEN = Symbol('hidden');
type Segment = string | typeof HIDDEN;

function split(url: string): { readonly path: string; readonly query: string } {
  const absolute = /^https?:\/\/[^/?]*/i.exec(url);
  const local = absolute ? url.slice(absolute[0].length) || '/' : url;
  const mark = local.indexOf('?');
  return mark < 0 ? { path: local, query: '' } : { path: local.slice(0, mark), query: local.slice(mark) };
}

/** The parts of a path; `undefined` when it cannot be decoded or would name more than one file. */
function safeSegments(path: string): readonly Segment[] | undefined {
  const decoded = path.split('/').filter(Boolean).map(decode);
  if (decoded.some((segment) => segment === undefined || /[/\\\0]/.test(segment))) return undefined;
  return decoded.map((segment = '') => (segment.startsWith('.') && segment !== '.well-known' ? HIDDEN : segment));
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

type Found = { readonly kind: 'file'; readonly file: string } | { readonly kind: 'folder'; readonly file?: undefined };

/** `/about` stands for the file `about`, for `about.html`, or for the folder `about` with an index. */
async function find(site: Site, segments: readonly Segment[], slash: boolean): Promise<Found | undefined> {
  const path = segments.join(sep);
  const index = await fileAt(site, join(path, 'index.html'));
  if (slash || path === '') return index ? { kind: 'file', file: index } : undefined;
  const file = (await fileAt(site, path)) ?? (index ? undefined : await fileAt(site, `${path}.html`));
  if (file) return { kind: 'file', file };
  return index ? { kind: 'folder' } : undefined;
}

/** A path with an extension is a missing file, not a place within the app. */
async function fallback(site: Site, segments: readonly Segment[]): Promise<string | undefined> {
  const last = segments.at(-1) ?? '';
  if (!site.spa || segments.includes(HIDDEN) || extname(String(last)) !== '') return undefined;
  return fileAt(site, site.spa);
}

/** The file's path below the root, when it is one and lies there in truth. */
async function fileAt(site: Site, path: string): Promise<string | undefined> {
  try {
    const real = await realpath(join(site.root, path));
    if (!real.startsWith(site.root + sep) || !(await stat(real)).isFile()) return undefined;
    return relative(site.root, real);
  } catch {
    return undefined;
  }
}

function redirect(response: ServerResponse, location: string): void {
  answerPlainly(response, 308, 'Moved', { location });
}

async function sendFile(request: IncomingMessage, response: ServerResponse, site: Site, file: string): Promise<void> {
  response.setHeader('etag', await tagOf(site, file));
  response.setHeader('cache-control', cacheControl(site, file));
  describe(response, file);
  const options = { root: site.root, dotfiles: 'allow', index: false, etag: false, cacheControl: false } as const;
  send(request, file.split(sep).map(encodeURIComponent).join('/'), options).pipe(response);
}

async function sendNotFound(request: IncomingMessage, response: ServerResponse, site: Site): Promise<void> {
  const page = await fileAt(site, '404.html');
  if (!page) return answerPlainly(response, 404, 'Not found');
  describe(response, page);
  response.setHeader('cache-control', 'no-store');
  response.writeHead(404);
  if (request.method === 'HEAD') return void response.end();
  await pipeline(createReadStream(join(site.root, page)), response);
}

function describe(response: ServerResponse, file: string): void {
  response.setHeader('content-type', mediaTypeOf(file));
  response.setHeader('x-content-type-options', 'nosniff');
}

/** A year for what the owner says never changes; everything else is asked for again, and answered by 304 when unchanged. */
function cacheControl(site: Site, file: string): string {
  const immutable = site.immutable.some((folder) => file.startsWith(join(folder, sep)));
  return immutable ? 'public, max-age=31536000, immutable' : 'public, max-age=0, must-revalidate';
}

/** Over the bytes, so that a file which a new release left alone stays in caches. */
function tagOf(site: Site, file: string): Promise<string> {
  const known = site.tags.get(file);
  if (known) return known;
  const tag = hash(join(site.root, file));
  site.tags.set(file, tag);
  tag.catch(() => site.tags.delete(file));
  return tag;
}

async function hash(file: string): Promise<string> {
  const sum = createHash('sha256');
  await pipeline(createReadStream(file), sum);
  return `"${sum.digest('base64url').slice(0, 27)}"`;
}
