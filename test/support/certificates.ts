import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';

/** Why no certificates can be made here; `undefined` when they can. */
export const certificatesUnavailable = existsSync('/usr/bin/openssl') ? undefined : 'there is no openssl';

export interface IssuedCertificate {
  readonly certificate: string;
  readonly key: string;
}

export interface Authority {
  /** What clients trust. */
  readonly certificate: string;
  issue(names: readonly string[], days?: number): IssuedCertificate;
}

/** A certificate authority of a test; its files lie in the folder. */
export function makeAuthority(folder: string): Authority {
  const run = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  let issued = 0;
  run('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Authority of a test');
  return {
    certificate: read('ca.pem'),
    issue: (names, days = 90) => {
      const name = `issued-${++issued}`;
      writeFileSync(join(folder, `${name}.ext`), `subjectAltName=${names.map((one) => `DNS:${one}`).join(',')}\n`);
      run('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${names[0]}`);
      const from = ['-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'];
      run('x509', '-req', ...from, '-out', `${name}.pem`, '-days', String(days), '-extfile', `${name}.ext`);
      return { certificate: read(`${name}.pem`), key: read(`${name}.key`) };
    },
  };
}

interface Question {
  readonly address: string;
  readonly url: URL;
  /** Whom the client trusts. */
  readonly authority: string;
}

/** What a client reads that verifies the certificate, and the certificate's number. */
export function askSecurely({ address, url, authority }: Question): Promise<{ text: string; serial: string }> {
  const { hostname, port } = url;
  const headers = { host: hostname };
  const to = { host: address, port: port || 443, servername: hostname, headers, ca: authority, agent: false as const };
  return new Promise((resolve, reject) => {
    const outgoing = request(to, (response) => {
      const { serialNumber: serial } = (response.socket as TLSSocket).getPeerCertificate();
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.once('end', () => resolve({ text, serial }));
    });
    outgoing.once('error', reject).end();
  });
}
