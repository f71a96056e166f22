// A small HTTP API over SQLite. PORT and DATABASE_URL come from deployer.
import { createServer } from 'node:http';
import { DatabaseSync } from '@photostructure/sqlite';

const database = new DatabaseSync((process.env.DATABASE_URL ?? '').replace(/^sqlite:/, ''), { timeout: 5_000 });
const list = database.prepare('SELECT id, text, tag FROM notes ORDER BY id');
const add = database.prepare('INSERT INTO notes (text, tag) VALUES (?, ?)');

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  try {
    if (pathname === '/healthz') return reply(response, 200, { ok: true });
    if (pathname === '/api/notes' && request.method === 'GET') return reply(response, 200, list.all());
    if (pathname === '/api/notes' && request.method === 'POST') return reply(response, 201, await create(request));
    return reply(response, 404, { error: 'not found' });
  } catch (error) {
    console.error(error);
    return reply(response, 500, { error: 'internal error' });
  }
});

// Requests that are under way are finished; then the process ends by itself.
process.on('SIGTERM', () =>
  server.close(() => {
    database.close();
    process.exit(0);
  }),
);
server.listen(Number(process.env.PORT), process.env.HOST ?? '127.0.0.1', () =>
  console.log(`listening on ${process.env.PORT}`),
);

async function create(request) {
  let body = '';
  for await (const chunk of request) body += chunk;
  const { text = '', tag = null } = JSON.parse(body);
  const { lastInsertRowid } = add.run(String(text).slice(0, 500), tag);
  return { id: Number(lastInsertRowid), text, tag };
}

function reply(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
