// A guest book over PostgreSQL. PORT and DATABASE_URL come from deployer.
import { createServer } from 'node:http';
import pg from 'pg';

const database = new pg.Pool({ connectionString: process.env.DATABASE_URL });

const server = createServer(async (request, response) => {
  try {
    const { status, body } = await answer(request);
    response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
  } catch (error) {
    console.error(error);
    response.writeHead(500, { 'content-type': 'application/json' }).end('{"error":"internal error"}\n');
  }
});

// Requests that are under way are finished; then the process ends by itself.
process.on('SIGTERM', () => server.close(() => database.end()));
server.listen(Number(process.env.PORT), process.env.HOST);

async function answer({ method, url }) {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  if (pathname === '/api/healthz') {
    await database.query('select 1');
    return { status: 200, body: { ok: true } };
  }
  if (pathname !== '/api/entries') return { status: 404, body: { error: 'not found' } };
  if (method === 'POST') {
    const text = searchParams.get('text') ?? '';
    const { rows } = await database.query('insert into entries (text) values ($1) returning *', [text]);
    return { status: 201, body: rows[0] };
  }
  const { rows } = await database.query('select id, text, mood from entries order by id');
  return { status: 200, body: rows };
}
