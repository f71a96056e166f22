const { createServer } = require('node:http');
const { Pool } = require('pg');

const pool = new Pool({ connectionString: process.env.DATABASE_URL });

const server = createServer(async (request, response) => {
  try {
    if (request.url === '/healthz') {
      await pool.query('select 1');
      return response.end('ok');
    }
    await pool.query('insert into visits default values');
    const { rows } = await pool.query('select count(*)::int as visits from visits');
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(rows[0]));
  } catch {
    response.writeHead(503).end('the database does not answer');
  }
});

process.on('SIGTERM', () => server.close(() => process.exit(0)));
server.listen(Number(process.env.PORT), process.env.HOST);
