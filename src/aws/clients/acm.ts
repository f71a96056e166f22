import { ACMClient, DescribeCertificateCommand } from '@aws-sdk/client-acm';
import { callsOf } from '../operations.ts';
import type { ClientTerms } from '../terms.ts';

/** What deployer asks of ACM. */
export function openAcm({ config, signal }: ClientTerms) {
  return callsOf(
    new ACMClient(config),
    { service: 'ACM', signal },
    {
      describeCertificate: DescribeCertificateCommand,
    },
  );
}
