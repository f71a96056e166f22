import {
  CloudFrontKeyValueStoreClient,
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
    new CloudFrontKeyValueStoreClient(config),
    { service: 'CloudFront KeyValueStore', signal },
    {
      describeKeyValueStore: DescribeKeyValueStoreCommand,
      getKey: GetKeyCommand,
      listKeys: ListKeysCommand,
      updateKeys: UpdateKeysCommand,
    },
  );
}
