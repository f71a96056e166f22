import { AwsFault, type AwsPlace, type AwsService, arnOf } from '../service.ts';
import { stateOf } from '../world.ts';

interface Certificate {
  readonly names: readonly string[];
  readonly at: Date;
  status: 'PENDING_VALIDATION' | 'ISSUED' | 'EXPIRED';
}

/** Certificates of a region, by ARN. */
export const certificatesOf: (place: AwsPlace) => Map<string, Certificate> = stateOf('acm', () => new Map());

/** Makes one that is issued unless told otherwise; answers its ARN. */
export function makeCertificate(
  place: AwsPlace,
  names: readonly string[],
  status: Certificate['status'] = 'ISSUED',
): string {
  const arn = arnOf(place, 'acm', `certificate/${place.world.uuid()}`);
  certificatesOf(place).set(arn, { names, status, at: place.world.now() });
  return arn;
}

export const acm: AwsService = {
  signedFor: 'acm',
  package: '@aws-sdk/client-acm',
  model: () => import('@aws-sdk/client-acm') as never,
  operations: {
    RequestCertificate: ({ DomainName, SubjectAlternativeNames = [] }, call) => ({
      CertificateArn: makeCertificate(call, [DomainName, ...SubjectAlternativeNames], 'PENDING_VALIDATION'),
    }),
    DescribeCertificate: ({ CertificateArn }, call) => {
      const found = certificatesOf(call).get(CertificateArn);
      if (!found) throw new AwsFault('ResourceNotFoundException', `Could not find certificate ${CertificateArn}.`);
      const { names, status, at } = found;
      return {
        Certificate: {
          CertificateArn,
          DomainName: names[0],
          SubjectAlternativeNames: names,
          Status: status,
          Type: 'AMAZON_ISSUED',
          CreatedAt: at,
        },
      };
    },
  },
};
