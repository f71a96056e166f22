import { publicName } from './public-name.ts';
import { withoutSecrets } from './secret-text.ts';

/** Last words of names that stand for secrets: `STRIPE_SECRET_KEY`. */
const SECRET_WORDS = new Set(['SECRET', 'TOKEN', 'KEY', 'PASSWD', 'PASSPHRASE']);
const CREDENTIALS_IN_URL = /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i;

/** `${{db.PASSWORD}}`: the platform puts the value in, and nobody here knows it. */
const REFERENCE = /\$\{\{[^{}]*\}\}/g;

/** Whether a plain value is likely a secret, by the name of its variable or by credentials in a URL. */
export function looksSecret(name: string, value: string): boolean {
  const written = withoutSecrets(value);
  const own = written.replace(REFERENCE, '');
  if (own.includes('://') && CREDENTIALS_IN_URL.test(own)) return true;
  // Where everybody sees it there is no place to hide it: that its name has to change is for others to tell.
  return own !== '' && written === value && publicName(name) === undefined && namesSecret(name.toUpperCase());
}

/** Whether a name, in capitals, is one that secrets have. */
export function namesSecret(name: string): boolean {
  const word = name.slice(name.lastIndexOf('_') + 1);
  // Keys and tokens for browsers there are; no passwords.
  if (publicName(name)) return name.includes('PASSWORD') || word === 'SECRET';
  const isMeantForClients = name.includes('PUBLIC') || name.includes('PUBLISHABLE');
  return !isMeantForClients && (name.includes('PASSWORD') || SECRET_WORDS.has(word));
}
