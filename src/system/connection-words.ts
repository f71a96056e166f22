/** What became of a connection, by the system's code, in our own words. */
const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was closed before the answer was complete',
  EPIPE: 'the connection was closed before the answer was complete',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name of the host could not be resolved',
  ETIMEDOUT: 'the host did not accept a connection in time',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  EPROTO: 'the host does not speak TLS as expected',
  // Of sockets that are files.
  ENOENT: 'there is no such socket',
  ENOTSOCK: 'it is no socket',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
};

/** Why an exchange by HTTP failed, for `detail` and the end of a reason. */
export function connectionWords(code: string | undefined): string {
  if (code?.startsWith('HPE_')) return 'the answer is not valid HTTP';
  if (isCertificate(code)) return `the certificate was not accepted (${code})`;
  return WORDS[code ?? ''] ?? `the connection failed (${code ?? 'unknown error'})`;
}

export function isCertificate(code: string | undefined): boolean {
  return /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT|ERR_SSL_.*CERT)/.test(code ?? '');
}
