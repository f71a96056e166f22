import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { needsIn } from './detecting.ts';

const PROJECTS = join(import.meta.dirname, '../../fixtures/projects');

interface Expected {
  /** Without a value the service does not work; with a place that shows it. */
  readonly needed: Readonly<Record<string, string>>;
  /** It asks for them and does without. */
  readonly optional: readonly string[];
}

/** What a person who reads the projects would write down. */
const EXPECTED: Readonly<Record<string, Expected>> = {
  'next-shop': {
    needed: {
      DATABASE_URL: 'prisma/schema.prisma:8 env("DATABASE_URL")',
      DIRECT_URL: 'prisma/schema.prisma:9 env("DIRECT_URL")',
      NEXTAUTH_SECRET: 'src/lib/auth.ts:8 process.env.NEXTAUTH_SECRET',
      NEXTAUTH_URL: '.env.example:7',
      GITHUB_ID: 'src/lib/auth.ts:11 process.env.GITHUB_ID',
      GITHUB_SECRET: 'src/lib/auth.ts:12 process.env.GITHUB_SECRET',
      RESEND_API_KEY: 'src/lib/mail.ts:3 process.env.RESEND_API_KEY',
      NEXT_PUBLIC_APP_URL: 'src/lib/url.ts:4 process.env.NEXT_PUBLIC_APP_URL',
      IMAGE_HOST: 'next.config.mjs:5 process.env.IMAGE_HOST',
      CRON_SECRET: 'src/app/api/cron/route.ts:2 process.env.CRON_SECRET',
    },
    optional: [
      'EMAIL_FROM',
      'SENTRY_DSN',
      'SENTRY_AUTH_TOKEN',
      'NEXT_PUBLIC_CRISP_ID',
      'GOOGLE_CLIENT_ID',
      'GOOGLE_CLIENT_SECRET',
      'DOCS_ORIGIN',
    ],
  },
  'vite-board': {
    needed: {
      VITE_SUPABASE_URL: 'src/supabase.ts:3 import.meta.env.VITE_SUPABASE_URL',
      VITE_SUPABASE_ANON_KEY: 'src/supabase.ts:4 import.meta.env.VITE_SUPABASE_ANON_KEY',
      VITE_SHARE_ORIGIN: 'src/board.tsx:4 import.meta.env.VITE_SHARE_ORIGIN',
    },
    optional: ['VITE_POSTHOG_KEY', 'VITE_REALTIME_CHANNEL', 'BASE_PATH'],
  },
  'express-store': {
    needed: {
      MONGODB_URI: 'src/config.js:11 process.env.MONGODB_URI',
      JWT_SECRET: "src/config.js:3 'JWT_SECRET'",
      STRIPE_SECRET_KEY: 'src/routes/pay.js:2 process.env.STRIPE_SECRET_KEY',
      STRIPE_WEBHOOK_SECRET: 'src/routes/webhooks.js:7 process.env.STRIPE_WEBHOOK_SECRET',
      CLIENT_URL: 'src/server.js:9 process.env.CLIENT_URL',
    },
    optional: ['JWT_EXPIRES_IN', 'SMTP_HOST', 'SMTP_USER', 'SMTP_PASS', 'CURRENCY', 'MONGOOSE_DEBUG'],
  },
  'fastapi-notes': {
    needed: {
      DATABASE_URL: 'app/settings.py:16 database_url in BaseSettings',
      SECRET_KEY: 'app/settings.py:17 secret_key in BaseSettings',
      NOTES_BUCKET: 'app/settings.py:21 bucket in BaseSettings',
      ANTHROPIC_API_KEY: 'app/summarize.py:6 os.environ["ANTHROPIC_API_KEY"]',
      AWS_REGION: 'app/storage.py:6 os.getenv("AWS_REGION")',
      WEBHOOK_URL: 'app/main.py:8 os.environ.get("WEBHOOK_URL")',
    },
    optional: [
      'ACCESS_TOKEN_MINUTES',
      'ALLOWED_ORIGINS',
      'SENTRY_DSN',
      'SUMMARY_MODEL',
      'SUMMARY_MAX_TOKENS',
      'SUMMARY_LANGUAGE',
      'S3_ENDPOINT',
      'BROKER_URL',
      'ROOT_PATH',
      'GIT_SHA',
    ],
  },
  'go-links': {
    needed: {
      DATABASE_URL: 'cmd/api/main.go:17 os.Getenv("DATABASE_URL")',
      BASE_URL: 'internal/config/config.go:49 os.Getenv("BASE_URL")',
      SESSION_KEY: 'internal/config/config.go:50 mustEnv("SESSION_KEY")',
      TRACE_TENANT: 'internal/config/config.go:20 env:"TRACE_TENANT"',
    },
    optional: [
      'REDIS_ADDR',
      'LINK_TTL',
      'ADMIN_TOKEN',
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'TRACE_RATE',
      'GEO_API_KEY',
      'GEO_DATABASE',
    ],
  },
};

/** Said to be needed, and is not: one that a reader would not miss is the most that a sample may have. */
const FALSE_ALARMS: Readonly<Record<string, readonly string[]>> = {
  // What makes the cache is passed on by another file, where it may be left out.
  'express-store': ['REDIS_URL'],
};

describe.each(Object.entries(EXPECTED))('of the sample %s', (name, { needed, optional }) => {
  test('all variables are found, each with its place, and nothing else', async () => {
    const found = await needsIn(join(PROJECTS, name));
    const required = found.filter((need) => !need.optional);
    const alarms = FALSE_ALARMS[name] ?? [];
    expect(alarms.length).toBeLessThanOrEqual(1);
    expect(required.map(({ key }) => key)).toEqual([...Object.keys(needed), ...alarms].sort());
    expect(found.filter((need) => need.optional).map(({ key }) => key)).toEqual([...optional].sort());
    for (const [key, place] of Object.entries(needed))
      expect(found.find((need) => need.key === key)?.evidence).toContain(place);
  });
});
