import type { KnownVariable } from './entry.ts';

/** Who signs users in by OAuth, as names of variables have it. */
const PROVIDERS: Readonly<Record<string, string>> = {
  APPLE: 'Apple',
  AUTH0: 'Auth0',
  AZURE_AD: 'Azure AD',
  BITBUCKET: 'Bitbucket',
  DISCORD: 'Discord',
  FACEBOOK: 'Facebook',
  GITHUB: 'GitHub',
  GITLAB: 'GitLab',
  GOOGLE: 'Google',
  KEYCLOAK: 'Keycloak',
  LINKEDIN: 'LinkedIn',
  MICROSOFT: 'Microsoft',
  MICROSOFT_ENTRA_ID: 'Microsoft Entra ID',
  OKTA: 'Okta',
  SLACK: 'Slack',
  SPOTIFY: 'Spotify',
  TWITCH: 'Twitch',
  TWITTER: 'Twitter',
};

const FORM = /^(AUTH_)?([A-Z0-9_]+?)(_CLIENT)?_(ID|SECRET)$/;

/** One half of what an application is known by at a provider of OAuth. */
export interface OAuthVariable {
  /** For people: `GitHub`. */
  readonly provider: string;
  readonly half: 'id' | 'secret';
  /** The name of the other half. */
  readonly other: string;
  /** Named as Auth.js does, which always needs both. */
  readonly isAuthJs: boolean;
  /** `GITHUB_ID`: without a word that says what it is; it may be something else. */
  readonly isShort: boolean;
}

/** `GITHUB_CLIENT_ID`, `GITHUB_ID`, `AUTH_GITHUB_ID` and their secrets; `undefined` for another variable. */
export function oauthVariable(key: string): OAuthVariable | undefined {
  const [, auth = '', name = '', client = '', end] = FORM.exec(key) ?? [];
  const provider = Object.hasOwn(PROVIDERS, name) ? PROVIDERS[name] : undefined;
  if (provider === undefined) return undefined;
  const half = end === 'ID' ? 'id' : 'secret';
  const other = `${auth}${name}${client}_${half === 'id' ? 'SECRET' : 'ID'}`;
  return { provider, half, other, isAuthJs: auth !== '', isShort: auth + client === '' };
}

export function knownOAuth(key: string): KnownVariable | undefined {
  const variable = oauthVariable(key);
  if (!variable) return undefined;
  const { provider, half } = variable;
  return half === 'id'
    ? {
        description: `The id of the application at ${provider}.`,
        sensitive: false,
        example: 'example-client-id',
        kind: 'client_id',
      }
    : {
        description: `The secret of the application at ${provider}.`,
        sensitive: true,
        example: 'example-client-secret',
        kind: 'client_secret',
      };
}
