import type { Need } from './variable-spec.ts';

/**
 * What a project is made of, as `stack` of the config names it, and the variables that each part needs. `X?`: it does
 * without.
 */
export const SCAFFOLD = {
  database: {
    'prisma-postgres': ['DATABASE_URL'],
    'prisma-mysql': ['DATABASE_URL'],
    'prisma-sqlite': ['DATABASE_URL'],
    'prisma-mongodb': ['DATABASE_URL'],
    'drizzle-postgres': ['DATABASE_URL'],
    'drizzle-mysql': ['DATABASE_URL'],
    'drizzle-sqlite': ['DATABASE_URL'],
    postgres: ['DATABASE_URL'],
    mysql: ['DATABASE_URL'],
    mongodb: ['MONGODB_URI'],
    mongoose: ['MONGODB_URI'],
    supabase: ['NEXT_PUBLIC_SUPABASE_URL', 'NEXT_PUBLIC_SUPABASE_ANON_KEY'],
    none: [],
  },
  auth: {
    nextauth: ['NEXTAUTH_SECRET', 'NEXTAUTH_URL'],
    authjs: ['AUTH_SECRET'],
    clerk: ['NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY', 'CLERK_SECRET_KEY'],
    supabase: ['NEXT_PUBLIC_SUPABASE_URL', 'NEXT_PUBLIC_SUPABASE_ANON_KEY'],
    'better-auth': ['BETTER_AUTH_SECRET', 'BETTER_AUTH_URL?'],
    none: [],
  },
  ai_provider: {
    anthropic: ['ANTHROPIC_API_KEY'],
    openai: ['OPENAI_API_KEY'],
    google: ['GOOGLE_AI_API_KEY'],
    bedrock: ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_REGION'],
    none: [],
  },
  cache: {
    redis: ['REDIS_URL'],
    upstash: ['UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN'],
    none: [],
  },
  payments: {
    stripe: ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET?', 'NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY?'],
    none: [],
  },
  email: {
    resend: ['RESEND_API_KEY'],
    sendgrid: ['SENDGRID_API_KEY'],
    postmark: ['POSTMARK_SERVER_TOKEN'],
    none: [],
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

export type ScaffoldPart = keyof typeof SCAFFOLD;

/** What `stack` of a config holds, checked. */
export type Scaffold = { readonly [P in ScaffoldPart]?: string };

/** What the parts of a stack need, each key once; evidence is the part's path in the config. */
export function scaffoldNeeds(stack: Scaffold): readonly Need[] {
  const needs = new Map<string, Need>();
  for (const [part, choice] of Object.entries(stack)) {
    const choices: Readonly<Record<string, readonly string[]>> = SCAFFOLD[part as ScaffoldPart];
    for (const written of choices[choice] ?? []) add(needs, written, `stack.${part}`);
  }
  return [...needs.values()];
}

function add(needs: Map<string, Need>, written: string, place: string): void {
  const key = written.replace('?', '');
  const before = needs.get(key);
  needs.set(key, {
    key,
    optional: written.endsWith('?') && before?.optional !== false,
    when: key.startsWith('NEXT_PUBLIC_') ? 'build' : 'run',
    evidence: [...(before?.evidence ?? []), place],
  });
}
