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

/** The client would put the account's id before another address as a host, which one of this machine does not have. */
function elsewhere(endpoint: string | undefined): Partial<CloudFrontKeyValueStoreClientConfig> {
  if (endpoint === undefined) return {};
  const signed = {
    name: 'sigv4a',
    signingName: 'cloudfront-keyvaluestore',
    signingRegion: '*',
    signingRegionSet: ['*'],
    properties: {},
  };
  return { endpointProvider: () => ({ url: new URL(endpoint), properties: { authSchemes: [signed] } }) };
}
