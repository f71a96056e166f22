// Without it the client has nothing to sign with: calls that go to several regions are signed in a way of their own.
import '@aws-sdk/signature-v4a';
import {
  CloudFrontKeyValueStoreClient,
  type CloudFrontKeyValueStoreClientConfig,
  DescribeKeyValueStoreCommand,
  GetKeyCommand,
  ListKeysCommand,
  UpdateKeysCommand,
} from '@aws-sdk/client-cloudfront-keyvaluestore';
import { callsOf } from '../operations.ts';
import type { ClientTerms } from '../terms.ts';

/** What deployer asks of CloudFront KeyValueStore. */
export function openCloudfrontKeyValues({ config, signal }: ClientTerms) {
  return callsOf(
    new CloudFrontKeyValueStoreClient({ ...config, ...elsewhere(config.endpoint) }),
    { service: 'CloudFront KeyValueStore', signal },
    {
      describeKeyValueStore: DescribeKeyValueStoreCommand,
      getKey: GetKeyCommand,
      listKeys: ListKeysCommand,
      updateKeys: UpdateKeysCommand,
    },
  );
}

const SIGNED = { name: 'cloudfront-keyvaluestore', region: '*', signingRegionSet: ['*'] };

/** The client would put the account's id before another address as a host, twice, which none of this machine has. */
function elsewhere(endpoint: string | undefined): Partial<CloudFrontKeyValueStoreClientConfig> {
  if (endpoint === undefined) return {};
  return {
    endpointProvider: () => ({ url: new URL(endpoint) }),
    httpAuthSchemeProvider: () => [
      {
        schemeId: 'aws.auth#sigv4a',
        signingProperties: SIGNED,
        propertiesExtractor: (config, context) => ({ signingProperties: { config, context } }),
      },
    ],
  };
}
