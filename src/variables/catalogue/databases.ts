import { plain, secrets } from './entry.ts';

const POSTGRES = 'postgres://user:password@db.example.com:5432/app';
const MONGODB = 'mongodb+srv://user:password@cluster.example.com/app';
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.signature';

export const DATABASES = [
  ...secrets([
    ['DATABASE_URL', 'database', 'Where the database is, with user and password.', POSTGRES],
    ['DIRECT_URL', 'database', 'The database past its pooler, for migrations.', POSTGRES],
    ['DIRECT_DATABASE_URL', 'database', 'The database past its pooler, for migrations.', POSTGRES],
    ['SHADOW_DATABASE_URL', 'database', 'A database that Prisma may empty, for making migrations.', POSTGRES],
    ['POSTGRES_URL', 'postgres', 'Where PostgreSQL is, with user and password.', POSTGRES],
    ['POSTGRES_PRISMA_URL', 'postgres', 'Where PostgreSQL is, for Prisma.', POSTGRES],
    ['POSTGRES_URL_NON_POOLING', 'postgres', 'PostgreSQL past its pooler.', POSTGRES],
    ['DATABASE_URL_UNPOOLED', 'database', 'The database past its pooler.', POSTGRES],
    ['MYSQL_URL', 'mysql', 'Where MySQL is, with user and password.', 'mysql://user:password@db.example.com:3306/app'],
    ['MONGODB_URI', 'mongodb', 'Where MongoDB is, with user and password.', MONGODB],
    ['MONGODB_URL', 'mongodb', 'Where MongoDB is, with user and password.', MONGODB],
    ['MONGO_URI', 'mongodb', 'Where MongoDB is, with user and password.', MONGODB],
    ['MONGO_URL', 'mongodb', 'Where MongoDB is, with user and password.', MONGODB],
    ['REDIS_URL', 'redis', 'Where Redis is, with its password.', 'rediss://default:password@redis.example.com:6379'],
    ['KV_URL', 'redis', 'Where Vercel KV is.', 'rediss://default:password@kv.example.com:6379'],
    ['UPSTASH_REDIS_REST_TOKEN', 'key', 'The token of Upstash Redis over HTTP.', 'AYnqASQgExampleToken0'],
    ['KV_REST_API_TOKEN', 'key', 'The token of Vercel KV over HTTP.', 'AYnqASQgExampleToken0'],
    ['TURSO_AUTH_TOKEN', 'jwt', 'The token of a Turso database.', JWT],
    ['SUPABASE_SERVICE_ROLE_KEY', 'supabase_secret', 'The key of Supabase that no rule stops.', 'sb_secret_example'],
    ['SUPABASE_SECRET_KEY', 'supabase_secret', 'The key of Supabase that no rule stops.', 'sb_secret_example'],
    ['SUPABASE_DB_URL', 'postgres', 'The PostgreSQL of Supabase.', POSTGRES],
    ['SUPABASE_JWT_SECRET', 'key', 'What Supabase signs its tokens with.', 'super-long-signing-secret-of-the-project'],
  ]),
  ...plain([
    ['UPSTASH_REDIS_REST_URL', 'url', 'Upstash Redis over HTTP.', 'https://example.upstash.io'],
    ['KV_REST_API_URL', 'url', 'Vercel KV over HTTP.', 'https://example.upstash.io'],
    ['SUPABASE_URL', 'url', 'The project at Supabase.', 'https://abcdefghijkl.supabase.co'],
    ['SUPABASE_ANON_KEY', 'supabase_public', 'The key of Supabase that browsers have.', JWT],
    [
      'SUPABASE_PUBLISHABLE_KEY',
      'supabase_public',
      'The key of Supabase that browsers have.',
      'sb_publishable_example',
    ],
    ['SUPABASE_PUBLISHABLE_DEFAULT_KEY', 'supabase_public', 'The key that browsers have.', 'sb_publishable_example'],
  ]),
] as const;
