const SECRET_NAME = /(?:_|^)(?:SECRET|TOKEN|KEY|PASSWD|PASSPHRASE)$|PASSWORD/i;
const MEANT_FOR_CLIENTS = /PUBLIC|PUBLISHABLE/i;
const CREDENTIALS_IN_URL = /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i;

/** Whether a plain value is likely a secret, by the name of its variable or by credentials in a URL. */
export function looksSecret(name: string, value: string): boolean {
  if (value.includes('://') && CREDENTIALS_IN_URL.test(value)) return true;
  return value !== '' && SECRET_NAME.test(name) && !MEANT_FOR_CLIENTS.test(name);
}
