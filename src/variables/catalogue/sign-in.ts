import { plain, secrets } from './entry.ts';

const OWN = '8jW0mQ2rT5vY7xA9cE1gI3kM6oS4uZbD';

export const SIGN_IN = [
  ...secrets(
    [
      ['NEXTAUTH_SECRET', 'own_secret', 'What NextAuth signs and encrypts sessions with.', OWN],
      ['AUTH_SECRET', 'own_secret', 'What Auth.js signs and encrypts sessions with.', OWN],
      ['BETTER_AUTH_SECRET', 'own_secret', 'What Better Auth signs and encrypts with.', OWN],
      ['JWT_SECRET', 'own_secret', 'What tokens are signed with.', OWN],
      ['SESSION_SECRET', 'own_secret', 'What session cookies are signed with.', OWN],
      ['COOKIE_SECRET', 'own_secret', 'What cookies are signed with.', OWN],
      ['ENCRYPTION_KEY', 'own_secret', 'What stored data is encrypted with.', OWN],
      ['SECRET_KEY_BASE', 'own_secret', 'What Rails and Phoenix derive their keys from.', OWN],
      ['SECRET_KEY', 'own_secret', 'What Django or Flask signs with.', OWN],
      ['DJANGO_SECRET_KEY', 'own_secret', 'What Django signs with.', OWN],
      ['PAYLOAD_SECRET', 'own_secret', 'What Payload signs and encrypts with.', OWN],
      ['CRON_SECRET', 'own_secret', 'What scheduled requests are known by.', OWN],
    ],
    { own: true },
  ),
  ...secrets([
    ['CLERK_SECRET_KEY', 'clerk_secret', 'The secret key of Clerk.', 'sk_test_exampleexampleexample'],
    ['CLERK_WEBHOOK_SECRET', 'webhook_secret', 'What Clerk signs its webhooks with.', 'whsec_exampleexampleexample'],
    ['CLERK_WEBHOOK_SIGNING_SECRET', 'webhook_secret', 'What Clerk signs its webhooks with.', 'whsec_exampleexample'],
  ]),
  ...plain([
    ['NEXTAUTH_URL', 'url', 'Where users reach the application; sign-ins come back to it.', 'https://app.example.com'],
    ['AUTH_URL', 'url', 'Where users reach the application; sign-ins come back to it.', 'https://app.example.com'],
    ['BETTER_AUTH_URL', 'url', 'Where users reach the application.', 'https://app.example.com'],
    ['CLERK_PUBLISHABLE_KEY', 'clerk_publishable', 'The key of Clerk that browsers have.', 'pk_test_exampleexample'],
    ['AUTH0_ISSUER_BASE_URL', 'url', 'The tenant at Auth0.', 'https://example.eu.auth0.com'],
  ]),
] as const;
