const { Client } = require('pg');

async function migrate() {
  const client = new Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  await client.query('create table if not exists visits (at timestamptz not null default now())');
  await client.end();
}

migrate();
