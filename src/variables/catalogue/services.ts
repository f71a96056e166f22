import { plain, secrets } from './entry.ts';

export const SERVICES = [
  ...secrets([
    ['STRIPE_SECRET_KEY', 'stripe_secret', 'The secret key of Stripe.', 'sk_test_exampleexampleexample'],
    ['STRIPE_API_KEY', 'stripe_secret', 'The secret key of Stripe.', 'sk_test_exampleexampleexample'],
    ['STRIPE_WEBHOOK_SECRET', 'webhook_secret', 'What Stripe signs its webhooks with.', 'whsec_exampleexampleexample'],
    ['RESEND_API_KEY', 'resend', 'Sends mail through Resend.', 're_example_exampleexample'],
    ['SENDGRID_API_KEY', 'sendgrid', 'Sends mail through SendGrid.', 'SG.example.exampleexample'],
    ['POSTMARK_API_TOKEN', 'key', 'Sends mail through Postmark.', '00000000-0000-0000-0000-000000000000'],
    ['POSTMARK_SERVER_TOKEN', 'key', 'Sends mail through Postmark.', '00000000-0000-0000-0000-000000000000'],
    ['MAILGUN_API_KEY', 'key', 'Sends mail through Mailgun.', 'key-exampleexampleexample'],
    ['TWILIO_AUTH_TOKEN', 'key', 'Signs calls to Twilio.', '0123456789abcdef0123456789abcdef'],
    ['SLACK_BOT_TOKEN', 'slack', 'Acts in Slack.', 'xoxb-0000000000-example'],
    ['SLACK_SIGNING_SECRET', 'key', 'What Slack signs its requests with.', '0123456789abcdef0123456789abcdef'],
    ['BLOB_READ_WRITE_TOKEN', 'vercel_blob', 'Reads and writes Vercel Blob.', 'vercel_blob_rw_example_example'],
    ['SENTRY_AUTH_TOKEN', 'key', 'Uploads source maps to Sentry.', 'sntrys_exampleexampleexample'],
    ['GITHUB_TOKEN', 'key', 'Calls GitHub.', 'github_pat_exampleexample'],
    ['UPLOADTHING_TOKEN', 'key', 'Uploads through UploadThing.', 'exampleexampleexample'],
    ['CLOUDINARY_API_SECRET', 'key', 'Signs calls to Cloudinary.', 'exampleexampleexample'],
    ['ALGOLIA_ADMIN_KEY', 'key', 'Writes the search index at Algolia.', '0123456789abcdef0123456789abcdef'],
  ]),
  ...secrets(
    [
      ['AWS_ACCESS_KEY_ID', 'aws_key_id', 'The id of an access key of AWS.', 'AKIAIOSFODNN7EXAMPLE'],
      ['AWS_SECRET_ACCESS_KEY', 'aws_secret', 'The secret of it.', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
    ],
    { unless: ['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_S3', 'S3_ENDPOINT', 'AWS_S3_ENDPOINT'] },
  ),
  ...plain([
    ['STRIPE_PUBLISHABLE_KEY', 'stripe_publishable', 'The key of Stripe that browsers have.', 'pk_test_exampleexample'],
    ['AWS_REGION', 'aws_region', 'The region at AWS.', 'eu-central-1'],
    ['AWS_DEFAULT_REGION', 'aws_region', 'The region at AWS.', 'eu-central-1'],
    ['SENTRY_DSN', 'sentry_dsn', 'Where errors are told.', 'https://examplekey@o0.ingest.sentry.io/0'],
    ['POSTHOG_KEY', 'posthog', 'The project at PostHog.', 'phc_exampleexampleexample'],
    ['POSTHOG_HOST', 'url', 'The PostHog that is told.', 'https://eu.i.posthog.com'],
    ['APP_URL', 'url', 'Where users reach the application.', 'https://app.example.com'],
    ['SITE_URL', 'url', 'Where users reach the site.', 'https://www.example.com'],
  ]),
] as const;
