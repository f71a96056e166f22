import type { Mode } from '../../core/config.ts';
import * as databases from './databases.ts';
import * as keys from './keys.ts';
import { doubtful, type Flaw, type Kind } from './kind.ts';
import * as tokens from './tokens.ts';
import * as urls from './urls.ts';

const { keyWith } = keys;

/** Every kind of value that is known, by the name that the catalogue uses. */
export const KINDS = {
  url: urls.webUrl,
  secure_url: urls.secureUrl,
  sentry_dsn: urls.sentryDsn,
  database: databases.database,
  postgres: databases.postgres,
  mysql: databases.mysql,
  mongodb: databases.mongodb,
  redis: databases.redis,
  key: keys.anyKey,
  jwt: tokens.jwt,
  own_secret: tokens.ownSecret,
  client_id: keys.clientId,
  client_secret: keys.clientSecret,
  stripe_secret: keys.stripeSecret,
  stripe_publishable: keys.stripePublishable,
  webhook_secret: keys.webhookSecret,
  clerk_secret: keys.clerkSecret,
  clerk_publishable: keys.clerkPublishable,
  supabase_public: tokens.supabasePublic,
  supabase_secret: tokens.supabaseSecret,
  anthropic: keys.anthropicKey,
  openai: keys.openaiKey,
  google_ai: keys.googleAiKey,
  groq: keyWith('Groq', 'gsk_'),
  openrouter: keyWith('OpenRouter', 'sk-or-'),
  hugging_face: keyWith('Hugging Face', 'hf_'),
  replicate: keyWith('Replicate', 'r8_'),
  resend: keyWith('Resend', 're_'),
  sendgrid: keyWith('SendGrid', 'SG.'),
  slack: keyWith('Slack', 'xox'),
  vercel_blob: keyWith('Vercel Blob', 'vercel_blob_rw_'),
  posthog: keyWith('PostHog', 'phc_'),
  aws_key_id: keys.awsKeyId,
  aws_secret: keys.awsSecret,
  aws_region: keys.awsRegion,
} as const satisfies Readonly<Record<string, Kind>>;

export type KindName = keyof typeof KINDS;

/** What is wrong with a value of a kind. Clients drop blanks at its ends, or fail by them. */
export function flawOf(name: KindName, value: string, mode: Mode): Flaw | undefined {
  const trimmed = value.trim();
  const kind: Kind = KINDS[name];
  const ends = doubtful('begins or ends with a blank or a line break', kind.expected);
  return kind.flaw(trimmed, mode) ?? (trimmed === value ? undefined : ends);
}
