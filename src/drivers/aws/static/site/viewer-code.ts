/** How many addresses of pages stand in a page above them, as a power of two. */
export const FAN_BITS = 5;
/** Characters of a page's address, of a file's place in a page, and of an object's key. */
export const WIDTH = { address: 16, id: 9, key: 27 } as const;
/** What a file's entry says beside its object: bits of one digit. */
export const FLAG = { kept: 1, brotli: 2, gzip: 4 } as const;
/** Where the function finds things: objects in the bucket, keys in the store. */
export const PLACES = { object: 'f/', error: 'e/', live: 'live', page: 'p', check: 'c' } as const;
/** By which whoever knows its token sees a release that has no users, and no other: a header, or a parameter of the query. */
export const CHECK_HEADER = 'x-deployer-release';
export const CHECK_PARAMETER = 'deployer-release';
/** Of an object: the status that its answer has. */
export const STATUS_METADATA = 'deployer-status';
/** Hundredths of a percent. */
export const SHARES = 10_000;

/**
 * Two hashes of a path as the function has them too: CloudFront's JavaScript knows no typed arrays in its store, and
 * `Math.imul` is the same everywhere.
 */
export const HASH_CODE = `
function hash(text, seed) {
  let h = seed;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619);
  h = Math.imul(h ^ (h >>> 15), 2246822507);
  h = Math.imul(h ^ (h >>> 13), 3266489909);
  return (h ^ (h >>> 16)) >>> 0;
}
function digits(number, count) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  let text = '';
  for (let i = 0; i < count; i++) { text += letters.charAt(number & 63); number >>>= 6; }
  return text;
}
function idOf(path) {
  return digits(hash(path, 2166136261), 5) + digits(hash(path, 374761393), 4);
}
`;

const LEADING_CODE = `import cf from 'cloudfront';
const store = cf.kvs();
${HASH_CODE}
async function find(release, path) {
  const at = hash(path, 2166136261) & (release.n - 1);
  let page = await store.get('${PLACES.page}' + release.r);
  for (let level = release.d; level > 0; level--) {
    const child = (at >>> (${FAN_BITS} * (level - 1))) & ${2 ** FAN_BITS - 1};
    page = await store.get('${PLACES.page}' + page.substring(child * ${WIDTH.address}, (child + 1) * ${WIDTH.address}));
  }
  const id = idOf(path);
  for (let i = 0; i < page.length; i += ${WIDTH.id + 1 + WIDTH.key}) {
    if (page.substring(i, i + ${WIDTH.id}) === id)
      return { flags: Number(page.charAt(i + ${WIDTH.id})), key: page.substring(i + ${WIDTH.id + 1}, i + ${WIDTH.id + 1 + WIDTH.key}) };
  }
  return null;
}
async function findIn(releases, path) {
  for (let i = 0; i < releases.length; i++) {
    try {
      const found = await find(releases[i], path);
      if (found && found.flags & ${FLAG.kept}) return found;
    } catch (error) {}
  }
  return null;
}
async function chosen(request, viewer, live) {
  const given = named(request);
  if (given) {
    try {
      return JSON.parse(await store.get('${PLACES.check}' + given.value));
    } catch (error) {
      return null;
    }
  }
  if (!live.next) return live.current;
  const salt = hash(live.next.v.split('.')[0], 2166136261);
  return hash(viewer.ip, salt) % ${SHARES} < live.share ? live.next : live.current;
}
function accepts(request, coding) {
  const header = request.headers['accept-encoding'];
  if (!header) return false;
  return header.value.split(',').some(function (part) {
    return part.split(';')[0].trim() === coding && !/q=0(\\.0*)?\\s*$/.test(part);
  });
}
function named(request) {
  return request.headers['${CHECK_HEADER}'] || request.querystring['${CHECK_PARAMETER}'];
}
function ask(request, uri) {
  request.uri = uri;
  request.querystring = {};
  toFiles();
  return request;
}
function serve(request, found) {
  let uri = '/${PLACES.object}' + found.key;
  if (found.flags & ${FLAG.brotli} && accepts(request, 'br')) uri += '.br';
  else if (found.flags & ${FLAG.gzip} && accepts(request, 'gzip')) uri += '.gz';
  return ask(request, uri);
}
function plain(status, words) {
  return {
    statusCode: status,
    statusDescription: words,
    headers: { 'content-type': { value: 'text/plain; charset=utf-8' }, 'cache-control': { value: 'no-store' } },
    body: { encoding: 'text', data: words },
  };
}
function query(request) {
  const parts = [];
  for (const name in request.querystring) {
    const it = request.querystring[name];
    const all = it.multiValue || [it];
    for (let i = 0; i < all.length; i++) parts.push(all[i].value === '' ? name : name + '=' + all[i].value);
  }
  return parts.length > 0 ? '?' + parts.join('&') : '';
}
function isHidden(path) {
  return path.split('/').some(function (part) {
    return part.charAt(0) === '.' && part !== '.well-known';
  });
}
async function answer(request, release, others, path) {
  const folder = path === '' || path.charAt(path.length - 1) === '/';
  const last = path.substring(path.lastIndexOf('/') + 1);
  let found = null;
  if (!isHidden(path)) {
    found = await find(release, folder ? path + 'index.html' : path);
    if (!found && !folder) {
      if (await find(release, path + '/index.html')) {
        const moved = plain(308, 'Moved');
        moved.headers.location = { value: './' + encodeURIComponent(last) + '/' + query(request) };
        return moved;
      }
      found = await find(release, path + '.html');
    }
    if (!found) found = await findIn(others, path);
    if (!found && release.s && last.indexOf('.') < 0) found = await find(release, release.s);
  }
  if (found) return serve(request, found);
  const error = await find(release, '404.html');
  if (!error) return plain(404, 'Not found');
  return ask(request, '/${PLACES.error}' + error.key);
}
async function handler(event) {
  const request = event.request;
  let live;
  try {
    live = JSON.parse(await store.get('${PLACES.live}'));
  } catch (error) {
    live = { kept: [] };
  }
  const release = await chosen(request, event.viewer, live);
  if (!release) return nothing(request, 'Nothing is deployed here');
  let path;
  try {
    path = request.uri.split('/').map(decodeURIComponent).join('/').substring(1);
  } catch (error) {
    return plain(400, 'Bad request');
  }
  if (/[\\\\\\0]|\\/\\/|^\\/|(^|\\/)\\.\\.?(\\/|$)/.test(path)) return plain(400, 'Bad request');
  const others = [live.current, live.next].concat(live.kept).filter(function (it) { return it && it !== release; });
  try {
    return await answer(request, release, others, path);
  } catch (error) {
    // The pages of a release that has just become live may not be here yet: what was live before is. Who asks for a
    // release by name gets that one or none: a check must not take another for it.
    if (named(request) || (release === live.current && live.kept.length === 0)) return nothing(request, 'Not here yet');
    const before = release === live.next ? live.current : live.kept[0];
    return before ? answer(request, before, others, path) : nothing(request, 'Not here yet');
  }
}
`;

/**
 * The function in front of the cache: finds the release a viewer gets, the path in that release's pages, and asks for the
 * object that they name. Written for CloudFront's own JavaScript, which knows less than Node does.
 */
export const REQUEST_CODE = `${LEADING_CODE}
function toFiles() {}
function nothing(request, words) {
  return plain(503, words);
}
`;

/** Where an adopted distribution finds objects. */
export interface Files {
  /** Host of the bucket. */
  readonly host: string;
  /** Folder in it, with a slash before it and none behind. */
  readonly folder: string;
}

/**
 * The same for a distribution of others: objects are asked of our bucket, whatever the origin is, and until something is live
 * viewers get what they got before. A release that is asked for by name is never taken for that.
 */
export function adoptedRequestCode({ host, folder }: Files): string {
  const origin = {
    domainName: host,
    originPath: folder,
    originAccessControlConfig: { enabled: true, signingBehavior: 'always', signingProtocol: 'sigv4', originType: 's3' },
  };
  return `${LEADING_CODE}
function toFiles() {
  cf.updateRequestOrigin(${JSON.stringify(origin)});
}
function nothing(request, words) {
  return named(request) ? plain(503, words) : request;
}
`;
}

/**
 * The function behind the cache: what browsers are told about keeping, and the status of error pages. What is none of our
 * objects is left as it is.
 */
export const RESPONSE_CODE = `function handler(event) {
  const response = event.response;
  const headers = response.headers;
  const caching = headers['cache-control'];
  if (!caching || !/ s-maxage=31536000, (must-revalidate|immutable)$/.test(caching.value)) return response;
  const status = headers['x-amz-meta-${STATUS_METADATA}'];
  if (status) response.statusCode = Number(status.value);
  if (status) response.statusDescription = 'Not Found';
  delete headers['x-amz-meta-${STATUS_METADATA}'];
  headers['cache-control'] = { value: caching.value.replace(/ s-maxage=[0-9]+,/, '') };
  headers['x-content-type-options'] = { value: 'nosniff' };
  return response;
}
`;
