import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Mode } from '../../src/core/config.ts';
import { Secret } from '../../src/core/secret.ts';
import { KNOWN_NAMES, known, specOf } from '../../src/variables/catalogue/catalogue.ts';
import { judgeValue } from '../../src/variables/judge.ts';

const jwt = (claims: object) =>
  ['eyJhbGciOiJIUzI1NiJ9', Buffer.from(JSON.stringify(claims)).toString('base64url'), 's1g'].join('.');
const ANON = jwt({ role: 'anon' });
const SERVICE = jwt({ role: 'service_role' });
const STRONG = 'c3RyaW5nLW9mLXRoaXJ0eS10d28tY2hhcmFjdGVycw';

/** Values that nothing is to be said about. */
const GOOD: readonly (readonly [key: string, ...values: string[]])[] = [
  [
    'NEXT_PUBLIC_APP_URL',
    'https://app.example.com',
    'http://10.0.0.1:3000/base',
    'https://münchen.example',
    '${{web.URL}}',
  ],
  [
    'DATABASE_URL',
    'postgres://u:p@h/app',
    'postgresql+asyncpg://u:p@h/app?sslmode=require',
    'postgres://u:p%40@h1:5432,h2:5432/app',
    'postgresql:///app?host=/var/run/postgresql',
    'postgres://u@h?dbname=app',
    'sqlite:data/app.db',
    'sqlite::memory:',
    'file:./dev.db',
    'mysql://u:p@h/app',
    'mongodb+srv://u:p@cluster.example.com',
    'prisma://accelerate.example.com/?api_key=k',
    'prisma+postgres://accelerate.example.com/?api_key=k',
    'libsql://app.turso.io',
    'jdbc:postgresql://h/app',
    'host=h dbname=app user=u',
    'sqlserver://h:1433;database=app',
    './app.db',
  ],
  [
    'POSTGRES_URL',
    'postgres://u:p@h:5432/app',
    'jdbc:postgresql://h/app',
    'host=h dbname=app',
    'prisma://x/?api_key=k',
  ],
  ['MYSQL_URL', 'mysql://u:p@h:3306/app', 'mysql+pymysql://u@h/app', 'mariadb://h/app'],
  ['MONGODB_URI', 'mongodb://u:p@h1:27017,h2:27017/app?replicaSet=r', 'mongodb+srv://u:p@cluster.example.com/app'],
  [
    'REDIS_URL',
    'redis://h:6379',
    'rediss://default:p@h:6379/0',
    'redis:///0',
    'unix:///tmp/redis.sock',
    'redis-sentinel://h',
  ],
  ['STRIPE_SECRET_KEY', 'sk_live_4eC39HqLyjWDarjtT1', 'rk_live_4eC39HqLyjWDarjtT1'],
  ['VITE_STRIPE_PUBLISHABLE_KEY', 'pk_live_4eC39HqLyjWDarjtT1'],
  ['STRIPE_WEBHOOK_SECRET', 'whsec_4eC39HqLyjWDarjtT1'],
  ['CLERK_SECRET_KEY', 'sk_live_4eC39HqLyjWDarjtT1'],
  ['NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY', 'pk_live_Y2xlcmsuZXhhbXBsZSQ'],
  ['ANTHROPIC_API_KEY', 'sk-ant-api03-4eC39HqLyjWDarjtT1'],
  ['OPENAI_API_KEY', 'sk-proj-4eC39HqLyjWDarjtT1', 'sk-4eC39HqLyjWDarjtT1'],
  ['GOOGLE_AI_API_KEY', `AIza${'a'.repeat(35)}`],
  ['AWS_ACCESS_KEY_ID', 'AKIAABCDEFGHIJKLMNOP', 'ASIAABCDEFGHIJKLMNOP'],
  ['AWS_SECRET_ACCESS_KEY', 'abcdefghijABCDEFGHIJ0123456789+/abcdefgh'],
  ['AWS_REGION', 'eu-central-1', 'us-gov-west-1', 'ap-southeast-2', 'auto'],
  ['NEXT_PUBLIC_SUPABASE_ANON_KEY', ANON, 'sb_publishable_abcdef'],
  ['SUPABASE_SERVICE_ROLE_KEY', SERVICE, 'sb_secret_abcdef'],
  ['TURSO_AUTH_TOKEN', ANON],
  ['NEXTAUTH_SECRET', STRONG],
  ['JWT_SECRET', STRONG, '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\n-----END PRIVATE KEY-----'],
  ['GITHUB_CLIENT_ID', 'Iv1.0123456789abcdef'],
  ['AUTH_GOOGLE_SECRET', 'GOCSPX-abcdefghijklmn'],
  ['SENTRY_DSN', '', 'https://abc123@o1.ingest.sentry.io/42'],
  ['RESEND_API_KEY', 're_abc_defghijklmnop'],
  ['SOMETHING_ELSE', '', 'anything at all', 'changeme'],
];

/** Values, and what is said about them; `error` unless told otherwise. */
const BAD: readonly (readonly [key: string, value: string, says: string, level?: 'warning'])[] = [
  ['NEXT_PUBLIC_APP_URL', 'app.example.com', 'is not a URL'],
  ['NEXT_PUBLIC_APP_URL', 'ftp://app.example.com', 'another kind'],
  ['NEXT_PUBLIC_APP_URL', 'https://', 'names no host'],
  ['NEXT_PUBLIC_APP_URL', 'https:///path', 'names no host'],
  ['NEXT_PUBLIC_APP_URL', 'https://a b.example.com', 'has blanks'],
  ['NEXT_PUBLIC_APP_URL', 'https://app.example.com:port', 'not a valid URL'],
  ['NEXTAUTH_URL', '', 'is empty'],
  ['NEXTAUTH_URL', '"https://app.example.com"', 'has quotes'],
  ['NEXTAUTH_URL', 'http://localhost:3000', 'names localhost', 'warning'],
  ['DATABASE_URL', 'postgres://u:p@h:5432', 'names no database'],
  ['DATABASE_URL', 'postgres://u:p@h:5432/?sslmode=require', 'names no database'],
  ['DATABASE_URL', 'mysql://', 'names no host'],
  ['DATABASE_URL', 'postgres://u:p@127.0.0.1/app', 'names localhost', 'warning'],
  ['DATABASE_URL', 'postgres://u:p@h/app\n', 'begins or ends', 'warning'],
  ['DATABASE_URL', '<your database>', 'placeholder'],
  ['POSTGRES_URL', 'mysql://u:p@h/app', 'not a PostgreSQL URL'],
  ['POSTGRES_URL', 'https://u:p@h/app', 'not a PostgreSQL URL'],
  ['MYSQL_URL', 'postgres://u:p@h/app', 'not a MySQL URL'],
  ['MONGODB_URI', 'https://cluster.example.com', 'not a MongoDB URL'],
  ['MONGODB_URI', 'mongodb:///app', 'names no host'],
  ['MONGODB_URI', 'mongodb+srv://u:p@h:27017/app', 'names a port'],
  ['MONGODB_URI', 'mongodb+srv://u:p@h1,h2/app', 'several hosts'],
  ['REDIS_URL', 'https://example.upstash.io', 'not a Redis URL'],
  ['REDIS_URL', 'redis://', 'names no host'],
  ['REDIS_URL', 'cache.example.com:6379', 'is not a URL', 'warning'],
  ['STRIPE_SECRET_KEY', 'pk_live_4eC39HqLyjWDarjtT1', 'another key of Stripe'],
  ['STRIPE_SECRET_KEY', 'whsec_4eC39HqLyjWDarjtT1', 'another key of Stripe'],
  ['STRIPE_SECRET_KEY', 'sk_live', 'shorter than 8'],
  ['STRIPE_SECRET_KEY', 'live_4eC39HqLyjWDarjtT1', 'not the form'],
  ['STRIPE_SECRET_KEY', 'sk_live_4eC39Hq LyjWDarjtT1', 'has blanks'],
  ['STRIPE_SECRET_KEY', 'your-stripe-key', 'placeholder'],
  ['STRIPE_SECRET_KEY', 'sk_test_4eC39HqLyjWDarjtT1', 'test key, in production', 'warning'],
  ['VITE_STRIPE_PUBLISHABLE_KEY', 'sk_live_4eC39HqLyjWDarjtT1', 'which nobody may see'],
  ['STRIPE_WEBHOOK_SECRET', 'sk_live_4eC39HqLyjWDarjtT1', 'not the form'],
  ['CLERK_SECRET_KEY', 'pk_live_Y2xlcmsuZXhhbXBsZSQ', 'the publishable key'],
  ['CLERK_SECRET_KEY', 'sk_test_4eC39HqLyjWDarjtT1', 'test key', 'warning'],
  ['NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY', 'pk_test_Y2xlcmsuZXhhbXBsZSQ', 'test key', 'warning'],
  ['ANTHROPIC_API_KEY', 'sk-proj-4eC39HqLyjWDarjtT1', 'not the form'],
  ['OPENAI_API_KEY', 'sk-ant-api03-4eC39HqLyjWDarjtT1', 'key of Anthropic'],
  ['OPENAI_API_KEY', 'gateway-key-0001', 'not the form', 'warning'],
  ['GOOGLE_AI_API_KEY', 'AIzaTooShort', 'not the form', 'warning'],
  ['AWS_ACCESS_KEY_ID', 'minioadmin', 'not the form', 'warning'],
  ['AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE', 'is the example'],
  ['AWS_SECRET_ACCESS_KEY', 'AKIAABCDEFGHIJKLMNOP', 'the id of an access key'],
  ['AWS_REGION', 'Frankfurt', 'not the form', 'warning'],
  ['NEXT_PUBLIC_SUPABASE_ANON_KEY', SERVICE, 'the secret key of Supabase'],
  ['NEXT_PUBLIC_SUPABASE_ANON_KEY', 'sb_secret_abcdef', 'the secret key of Supabase'],
  ['NEXT_PUBLIC_SUPABASE_ANON_KEY', 'abc.def.ghi', 'not the form'],
  ['SUPABASE_SERVICE_ROLE_KEY', ANON, 'another role', 'warning'],
  ['TURSO_AUTH_TOKEN', 'abc', 'no JSON Web Token'],
  ['TURSO_AUTH_TOKEN', `${ANON}.more`, 'no JSON Web Token'],
  ['NEXTAUTH_SECRET', 'secret', 'easy to guess'],
  ['NEXTAUTH_SECRET', 'abababababababababababababababababab', 'easy to guess'],
  ['NEXTAUTH_SECRET', 'change-me', 'placeholder'],
  ['JWT_SECRET', 'correct-horse-battery', 'shorter than 32', 'warning'],
  ['GITHUB_CLIENT_ID', '', 'is empty'],
  ['SENTRY_DSN', 'https://sentry.io/settings', 'form of a DSN', 'warning'],
  ['SOMETHING_TOKEN', 'CHANGEME', 'placeholder'],
];

const say = (key: string, value: string, mode: Mode = 'production') => judgeValue(specOf(key), value, { mode });

describe('values of well-known variables', () => {
  it.each(GOOD)('of %s that are right have nothing said about them', (key, ...values) => {
    for (const value of values) expect([value, say(key, value)]).toEqual([value, []]);
  });

  it.each(BAD)('of %s are judged: %j %s', (key = '', value = '', says = '', level = 'error') => {
    expect(say(key, value)).toMatchObject([{ level, what: expect.stringContaining(says) }]);
  });

  it('are warned of where they belong to another kind of environment', () => {
    expect(say('STRIPE_SECRET_KEY', 'sk_live_4eC39HqLyjWDarjtT1', 'staging')).toMatchObject([
      { level: 'warning', what: 'is a live key, in an environment of mode staging' },
    ]);
    expect(say('STRIPE_SECRET_KEY', 'sk_test_4eC39HqLyjWDarjtT1', 'preview')).toEqual([]);
    expect(say('DATABASE_URL', 'postgres://localhost/app', 'dev')).toEqual([]);
    expect(say('NEXTAUTH_SECRET', 'secret', 'dev')).toMatchObject([{ level: 'warning' }]);
    for (const [mode, level] of [
      ['dev', 'warning'],
      ['preview', 'warning'],
      ['staging', 'error'],
    ] as const) {
      expect(say('ANTHROPIC_API_KEY', 'a-key-of-a-mock-server', mode)).toMatchObject([{ level }]);
      expect(say('SOMETHING_TOKEN', 'dummy', mode)).toMatchObject([{ level }]);
    }
    expect(say('STRIPE_SECRET_KEY', 'pk_test_4eC39HqLyjWDarjtT1', 'dev')).toMatchObject([{ level: 'error' }]);
  });

  it('have an example that shows the form and is refused as a value', () => {
    for (const key of ['NEXT_PUBLIC_SUPABASE_ANON_KEY', 'MONGODB_URI', 'AUTH_GITHUB_ID', 'AWS_REGION'])
      expect(known(key)).toMatchObject({
        description: expect.stringMatching(/^[A-Z].*\.$/),
        example: expect.any(String),
      });
    expect(say('DATABASE_URL', known('DATABASE_URL')?.example ?? '')).toMatchObject([{ level: 'error' }]);
  });

  it('are all named in the page about them', () => {
    const page = readFileSync('docs/variables.md', 'utf8');
    expect(KNOWN_NAMES.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it('that everybody would get are refused as secrets', () => {
    for (const value of [
      'sk_live_4eC39HqLyjWDarjtT1',
      'ghp_abcdefabcdefabcdefabcdef',
      'https://u:p@example.com',
      SERVICE,
    ])
      expect(say('VITE_SETTING', value)).toMatchObject([{ level: 'error', what: expect.stringContaining('VITE_') }]);
    expect(say('REACT_APP_DB_PASSWORD', 'hunter22')).toMatchObject([{ level: 'warning' }]);
    expect(say('GATSBY_MAPBOX_TOKEN', 'pk.abcdef')).toEqual([]);
    expect(judgeValue(specOf('PUBLIC_KEY'), new Secret('plain text'), { mode: 'dev' })).toEqual([]);
    const kept = judgeValue(specOf('VITE_SETTING'), new Secret('plain text'), { mode: 'dev' });
    expect(kept).toMatchObject([{ level: 'warning', what: expect.stringContaining('among the secrets') }]);
  });
});
