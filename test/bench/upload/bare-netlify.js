// The least that a first deploy to Netlify can be: our requests by fetch, and nothing else.
// node bare-netlify.js <API> <id of the site> <folder>
import { caller, filesIn, sendAll } from './site-files.js';

const [, , api, site, folder] = process.argv;
const call = caller(api);

const files = filesIn(folder);
for (let times = 0; times < 8; times++) await call('GET', `/sites/${site}`);
for (let times = 0; times < 3; times++) await call('GET', `/sites/${site}/deploys`);
const { id } = await call('POST', `/sites/${site}/deploys`, {
  files: Object.fromEntries(files.map(({ file, sha }) => [`/${file}`, sha])),
  draft: true,
  async: true,
});
const { required } = await until(({ state }) => state !== 'preparing' && state !== 'new');
const missing = new Set(required);
await sendAll(
  files.filter(({ sha }) => missing.has(sha)),
  ({ file }) => ({
    url: `${api}/deploys/${id}/files/${encodeURI(file)}`,
    method: 'PUT',
    headers: { authorization: 'Bearer goodtoken', 'content-type': 'application/octet-stream' },
  }),
);
await until(({ state }) => state === 'ready');
await call('POST', `/sites/${site}/deploys/${id}/restore`);
await call('GET', `/sites/${site}`);

async function until(isWanted) {
  for (;;) {
    const deploy = await call('GET', `/deploys/${id}`);
    if (isWanted(deploy)) return deploy;
  }
}
