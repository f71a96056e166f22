import { pageOf } from '../pages.ts';
import { type AwsCall, AwsFault, type AwsService } from '../service.ts';
import { cloudfrontOf, etagOf, type Store } from './state.ts';

/** As the service has them: characters of keys and values, keys of one request, bytes of a request and of a store. */
const MOST = { key: 512, value: 1_024, changes: 50, request: 3_000_000, store: 5_242_880 };

interface Changes {
  readonly Puts?: readonly { readonly Key: string; readonly Value: string }[];
  readonly Deletes?: readonly { readonly Key: string }[];
}

/** What is in key value stores: changed only by whoever has seen the newest. */
export const keyValues: AwsService = {
  signedFor: 'cloudfront-keyvaluestore',
  package: '@aws-sdk/client-cloudfront-keyvaluestore',
  model: () => import('@aws-sdk/client-cloudfront-keyvaluestore') as never,
  operations: {
    DescribeKeyValueStore: ({ KvsARN }, call) => {
      const store = storeOf(KvsARN, call);
      return { ...sizeOf(store), KvsARN, Created: store.at, LastModified: store.at, Status: 'READY', ETag: store.etag };
    },
    GetKey: ({ KvsARN, Key }, call) => {
      const store = storeOf(KvsARN, call);
      const Value = store.values.get(Key);
      if (Value === undefined) throw new AwsFault('ResourceNotFoundException', `Key ${Key} was not found`, 404);
      return { Key, Value, ...sizeOf(store) };
    },
    ListKeys: ({ KvsARN, NextToken, MaxResults = 10 }, call) => {
      const all = [...storeOf(KvsARN, call).values].sort(([one], [other]) => (one < other ? -1 : 1));
      const { items, next } = pageOf(all, NextToken, Math.min(MaxResults, 50), 'ValidationException');
      return { Items: items.map(([Key, Value]) => ({ Key, Value })), ...(next ? { NextToken: next } : {}) };
    },
    PutKey: ({ KvsARN, IfMatch, Key, Value }, call) => change(KvsARN, IfMatch, { Puts: [{ Key, Value }] }, call),
    DeleteKey: ({ KvsARN, IfMatch, Key }, call) => change(KvsARN, IfMatch, { Deletes: [{ Key }] }, call),
    UpdateKeys: ({ KvsARN, IfMatch, ...changes }, call) => change(KvsARN, IfMatch, changes, call),
  },
};

function storeOf(arn: string, call: AwsCall): Store {
  const found = [...cloudfrontOf(call).stores.values()].find((it) => it.arn === arn);
  if (!found) throw new AwsFault('ResourceNotFoundException', 'The key value store was not found', 404);
  return found;
}

/** All of it, or nothing. */
function change(arn: string, seen: string, { Puts = [], Deletes = [] }: Changes, call: AwsCall): unknown {
  const store = storeOf(arn, call);
  if (seen !== store.etag) throw new AwsFault('ConflictException', 'The store has changed since', 409);
  if (Puts.length + Deletes.length > MOST.changes) throw invalid(`More than ${MOST.changes} keys in one request`);
  for (const { Key, Value } of Puts)
    if (Key.length > MOST.key || Value.length > MOST.value || Key === '' || Value === '')
      throw invalid(`Key or value of ${Key.slice(0, 40)} is too long, or empty`);
  if (JSON.stringify(Puts).length > MOST.request) throw invalid('The request is too large');
  const values = new Map(store.values);
  for (const { Key, Value } of Puts) values.set(Key, Value);
  for (const { Key } of Deletes) values.delete(Key);
  const size = sizeOf({ values });
  if (size.TotalSizeInBytes > MOST.store)
    throw new AwsFault('ServiceQuotaExceededException', 'The store would be larger than it may be', 402);
  store.values.clear();
  for (const [key, value] of values) store.values.set(key, value);
  store.etag = etagOf(call);
  return { ETag: store.etag, ...size };
}

function sizeOf({ values }: Pick<Store, 'values'>) {
  let TotalSizeInBytes = 0;
  for (const [key, value] of values) TotalSizeInBytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  return { ItemCount: values.size, TotalSizeInBytes };
}

function invalid(message: string): AwsFault {
  return new AwsFault('ValidationException', message, 400);
}
