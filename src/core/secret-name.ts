/** Last words of names that stand for secrets: `STRIPE_SECRET_KEY`. */
const SECRET_WORDS = new Set(['SECRET', 'TOKEN', 'KEY', 'PASSWD', 'PASSPHRASE']);
const CREDENTIALS_IN_URL = /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i;

/** Whether a plain value is likely a secret, by the name of its variable or by credentials in a URL. */
export function looksSecret(name: string, value: string): boolean {
  if (value.includes('://') && CREDENTIALS_IN_URL.test(value)) return true;
  return value !== '' && namesSecret(name.toUpperCase());
}

function namesSecret(name: string): boolean {
  const isMeantForClients = name.includes('PUBLIC') || name.includes('PUBLISHABLE');
  return !isMeantForClients && (name.includes('PASSWORD') || SECRET_WORDS.has(name.slice(name.lastIndexOf('_') + 1)));
}
