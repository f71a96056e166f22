/** What a package asks for by itself, or cannot do without. `X?`: it also does without. */
export interface PackageNeeds {
  readonly keys: readonly string[];
  /** A pattern of the names of which the code uses one for the same thing, where it does not use the usual one. */
  readonly instead: string;
}

const DATABASE = 'DATABASE|POSTGRES|MYSQL|SQLITE|TURSO|LIBSQL|(?:^|_)(?:DB|PG)';
const AUTH = 'AUTH';
const AWS = 'AWS|BEDROCK|(?:^|_)S3_';
const REDIS = 'REDIS|VALKEY|(?:^|_)KV_';
const MONGO = 'MONGO|DATABASE|(?:^|_)DB';
const SUPABASE = 'SUPABASE';

function line(name: string, instead: string, ...keys: readonly string[]): readonly [string, PackageNeeds] {
  return [name, { keys, instead }];
}

/** Packages by name. They are a hint: what the code itself reads says more, and the packages then only support it. */
export const PACKAGES: ReadonlyMap<string, PackageNeeds> = new Map([
  line('@prisma/client', DATABASE, 'DATABASE_URL'),
  line('drizzle-orm', DATABASE, 'DATABASE_URL'),
  line('@neondatabase/serverless', DATABASE, 'DATABASE_URL'),
  line('@vercel/postgres', DATABASE, 'POSTGRES_URL'),
  line('@planetscale/database', DATABASE, 'DATABASE_URL'),
  line('@libsql/client', DATABASE, 'TURSO_DATABASE_URL', 'TURSO_AUTH_TOKEN'),
  line('mongodb', MONGO, 'MONGODB_URI'),
  line('mongoose', MONGO, 'MONGODB_URI'),
  line('@supabase/supabase-js', SUPABASE, 'NEXT_PUBLIC_SUPABASE_URL', 'NEXT_PUBLIC_SUPABASE_ANON_KEY'),
  line('@supabase/ssr', SUPABASE, 'NEXT_PUBLIC_SUPABASE_URL', 'NEXT_PUBLIC_SUPABASE_ANON_KEY'),
  line('next-auth', AUTH, 'NEXTAUTH_SECRET', 'NEXTAUTH_URL?'),
  line('@auth/core', AUTH, 'AUTH_SECRET'),
  line('@auth/express', AUTH, 'AUTH_SECRET'),
  line('@auth/sveltekit', AUTH, 'AUTH_SECRET'),
  line('@auth/solid-start', AUTH, 'AUTH_SECRET'),
  line('@auth/qwik', AUTH, 'AUTH_SECRET'),
  line('better-auth', AUTH, 'BETTER_AUTH_SECRET', 'BETTER_AUTH_URL?'),
  line('@auth0/nextjs-auth0', 'AUTH0', 'AUTH0_DOMAIN', 'AUTH0_CLIENT_ID', 'AUTH0_CLIENT_SECRET', 'AUTH0_SECRET'),
  line('@clerk/nextjs', 'CLERK', 'NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY', 'CLERK_SECRET_KEY'),
  line('@clerk/express', 'CLERK', 'CLERK_PUBLISHABLE_KEY', 'CLERK_SECRET_KEY'),
  line('@clerk/clerk-sdk-node', 'CLERK', 'CLERK_SECRET_KEY'),
  line('@clerk/clerk-react', 'CLERK', 'VITE_CLERK_PUBLISHABLE_KEY'),
  line('@clerk/fastify', 'CLERK', 'CLERK_PUBLISHABLE_KEY', 'CLERK_SECRET_KEY'),
  line('@workos-inc/authkit-nextjs', 'WORKOS', 'WORKOS_API_KEY', 'WORKOS_CLIENT_ID', 'WORKOS_COOKIE_PASSWORD'),
  line('@anthropic-ai/sdk', 'ANTHROPIC|CLAUDE', 'ANTHROPIC_API_KEY'),
  line('@ai-sdk/anthropic', 'ANTHROPIC|CLAUDE', 'ANTHROPIC_API_KEY'),
  line('@langchain/anthropic', 'ANTHROPIC|CLAUDE', 'ANTHROPIC_API_KEY'),
  line('openai', 'OPENAI|(?:^|_)AI_', 'OPENAI_API_KEY'),
  line('@ai-sdk/openai', 'OPENAI|(?:^|_)AI_', 'OPENAI_API_KEY'),
  line('@langchain/openai', 'OPENAI|(?:^|_)AI_', 'OPENAI_API_KEY'),
  line('@google/genai', 'GEMINI|GOOGLE', 'GOOGLE_AI_API_KEY'),
  line('@google/generative-ai', 'GEMINI|GOOGLE', 'GOOGLE_AI_API_KEY'),
  line('@ai-sdk/google', 'GEMINI|GOOGLE', 'GOOGLE_GENERATIVE_AI_API_KEY'),
  line('@mistralai/mistralai', 'MISTRAL', 'MISTRAL_API_KEY'),
  line('groq-sdk', 'GROQ', 'GROQ_API_KEY'),
  line('cohere-ai', 'COHERE|(?:^|_)CO_', 'CO_API_KEY'),
  line('replicate', 'REPLICATE', 'REPLICATE_API_TOKEN'),
  line('@pinecone-database/pinecone', 'PINECONE', 'PINECONE_API_KEY'),
  line('@aws-sdk/client-bedrock-runtime', AWS, 'AWS_ACCESS_KEY_ID?', 'AWS_SECRET_ACCESS_KEY?', 'AWS_REGION'),
  line('@aws-sdk/client-s3', AWS, 'AWS_ACCESS_KEY_ID?', 'AWS_SECRET_ACCESS_KEY?', 'AWS_REGION'),
  line('@aws-sdk/client-ses', AWS, 'AWS_ACCESS_KEY_ID?', 'AWS_SECRET_ACCESS_KEY?', 'AWS_REGION'),
  line('@aws-sdk/client-sqs', AWS, 'AWS_ACCESS_KEY_ID?', 'AWS_SECRET_ACCESS_KEY?', 'AWS_REGION'),
  line('@aws-sdk/client-dynamodb', AWS, 'AWS_ACCESS_KEY_ID?', 'AWS_SECRET_ACCESS_KEY?', 'AWS_REGION'),
  line('ioredis', REDIS, 'REDIS_URL'),
  line('redis', REDIS, 'REDIS_URL'),
  line('bullmq', REDIS, 'REDIS_URL'),
  line('@upstash/redis', REDIS, 'UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN'),
  line('@vercel/kv', REDIS, 'KV_REST_API_URL', 'KV_REST_API_TOKEN'),
  line('@vercel/blob', 'BLOB', 'BLOB_READ_WRITE_TOKEN'),
  line('stripe', 'STRIPE', 'STRIPE_SECRET_KEY'),
  line('@stripe/stripe-js', 'STRIPE\\w*PUB', 'NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY'),
  line('resend', 'RESEND|EMAIL', 'RESEND_API_KEY'),
  line('@sendgrid/mail', 'SENDGRID|EMAIL', 'SENDGRID_API_KEY'),
  line('postmark', 'POSTMARK|EMAIL', 'POSTMARK_SERVER_TOKEN'),
  line('twilio', 'TWILIO', 'TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN'),
  line('uploadthing', 'UPLOADTHING', 'UPLOADTHING_TOKEN'),
  line('cloudinary', 'CLOUDINARY', 'CLOUDINARY_URL'),
  line('@liveblocks/node', 'LIVEBLOCKS', 'LIVEBLOCKS_SECRET_KEY'),
  line('@trigger.dev/sdk', 'TRIGGER', 'TRIGGER_SECRET_KEY'),
  line('inngest', 'INNGEST', 'INNGEST_EVENT_KEY?', 'INNGEST_SIGNING_KEY?'),
]);
