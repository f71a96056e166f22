import { type AwsCall, AwsFault, type AwsService } from '../service.ts';
import { tagList } from '../tags.ts';
import { arnOf, cloudfrontOf, type Distribution, hostsOf, type Store, type ViewerFunction } from './state.ts';

/** CloudFront, as far as it can be asked about; what is there comes by stacks. */
export const cloudfront: AwsService = {
  signedFor: 'cloudfront',
  package: '@aws-sdk/client-cloudfront',
  model: () => import('@aws-sdk/client-cloudfront') as never,
  tagged: (place) =>
    place.region === 'us-east-1'
      ? taggedOf(place).map(({ arn, tags }) => ({ arn, tags: Object.fromEntries(tags) }))
      : [],
  operations: {
    GetDistribution: ({ Id }, call) => {
      const it = distributionOf(Id, call);
      return { ETag: it.etag, Distribution: { ...summary(it, call), DistributionConfig: configOf(it) } };
    },
    ListDistributions: (_, call) => ({
      DistributionList: {
        ...listOf([...cloudfrontOf(call).distributions.values()].map((it) => ({ ...named(it, call), ...shownIn(it) }))),
      },
    }),
    ListConflictingAliases: ({ DistributionId, Alias }, call) => {
      distributionOf(DistributionId, call);
      const other = hostsOf(call).get(Alias);
      const found =
        other && other.id !== DistributionId
          ? [{ Alias, DistributionId: `***${other.id.slice(-4)}`, AccountId: `******${other.account.slice(-6)}` }]
          : [];
      return { ConflictingAliasesList: { MaxItems: 100, Quantity: found.length, Items: found } };
    },
    ListTagsForResource: ({ Resource }, call) => {
      const found = taggedOf(call).find(({ arn }) => arn === Resource);
      if (!found) throw new AwsFault('NoSuchResource', 'The resource does not exist', 404);
      return { Tags: { Items: tagList(found.tags) } };
    },
    DescribeKeyValueStore: ({ Name }, call) => {
      const store = cloudfrontOf(call).stores.get(Name);
      if (!store) throw new AwsFault('EntityNotFound', 'The key value store was not found', 404);
      return { ETag: store.etag, KeyValueStore: shownStore(store) };
    },
    ListKeyValueStores: (_, call) => ({
      KeyValueStoreList: bare(listOf([...cloudfrontOf(call).stores.values()].map(shownStore))),
    }),
    DescribeFunction: ({ Name }, call) => {
      const it = cloudfrontOf(call).functions.get(Name);
      if (!it) throw new AwsFault('NoSuchFunctionExists', 'The function does not exist', 404);
      return { ETag: it.etag, FunctionSummary: shownFunction(it) };
    },
    ListFunctions: (_, call) => ({
      FunctionList: bare(listOf([...cloudfrontOf(call).functions.values()].map(shownFunction))),
    }),
    ListOriginAccessControls: (_, call) => ({
      OriginAccessControlList: listOf(
        [...cloudfrontOf(call).controls.values()].map(({ id, config }) => ({ Description: '', ...config, Id: id })),
      ),
    }),
  },
};

function distributionOf(id: string, call: AwsCall): Distribution {
  const found = cloudfrontOf(call).distributions.get(id);
  if (!found) throw new AwsFault('NoSuchDistribution', 'The specified distribution does not exist.', 404);
  return found;
}

function taggedOf(place: Parameters<typeof cloudfrontOf>[0]) {
  const { distributions, stores, functions } = cloudfrontOf(place);
  return [
    ...[...distributions.values()].map(({ id, tags }) => ({ arn: arnOf(place, 'distribution', id), tags })),
    ...stores.values(),
    ...functions.values(),
  ];
}

function named(it: Distribution, call: AwsCall) {
  return {
    Id: it.id,
    ARN: arnOf(call, 'distribution', it.id),
    Status: it.status.look(),
    LastModifiedTime: it.at,
    DomainName: it.domain,
  };
}

function summary(it: Distribution, call: AwsCall) {
  const signers = { Enabled: false, Quantity: 0 };
  return { ...named(it, call), InProgressInvalidationBatches: 0, ActiveTrustedSigners: signers };
}

/** As the API has it, which is another form than that of templates. */
function configOf({ id, config }: Distribution) {
  return {
    CallerReference: id,
    Aliases: counted(config.Aliases ?? []),
    Origins: counted(config.Origins),
    DefaultCacheBehavior: {
      TargetOriginId: config.DefaultCacheBehavior.TargetOriginId,
      ViewerProtocolPolicy: config.DefaultCacheBehavior.ViewerProtocolPolicy,
      FunctionAssociations: counted(config.DefaultCacheBehavior.FunctionAssociations ?? []),
      LambdaFunctionAssociations: counted(config.DefaultCacheBehavior.LambdaFunctionAssociations ?? []),
    },
    Comment: config.Comment ?? '',
    Enabled: config.Enabled,
    Staging: config.Staging ?? false,
  };
}

function shownIn(it: Distribution) {
  const { CallerReference: _, ...config } = configOf(it);
  return {
    ...config,
    CacheBehaviors: counted([]),
    CustomErrorResponses: counted([]),
    PriceClass: 'PriceClass_All',
    ViewerCertificate: {},
    Restrictions: { GeoRestriction: { RestrictionType: 'none', Quantity: 0 } },
    WebACLId: '',
    HttpVersion: 'http2and3',
    IsIPV6Enabled: true,
    Staging: false,
  };
}

function shownStore({ name, id, arn, at }: Store) {
  return { Name: name, Id: id, ARN: arn, Comment: '', Status: 'READY', LastModifiedTime: at };
}

function shownFunction({ name, arn, runtime, at }: ViewerFunction) {
  return {
    Name: name,
    Status: 'DEPLOYED',
    FunctionConfig: { Comment: '', Runtime: runtime },
    FunctionMetadata: { FunctionARN: arn, Stage: 'LIVE', CreatedTime: at, LastModifiedTime: at },
  };
}

function counted<T>(Items: readonly T[]) {
  return { Quantity: Items.length, Items };
}

function listOf<T>(items: readonly T[]) {
  return { Marker: '', MaxItems: 100, IsTruncated: false, ...counted(items) };
}

/** Some lists know no marker and are never said to be cut off. */
function bare<T>({ MaxItems, Quantity, Items }: ReturnType<typeof listOf<T>>) {
  return { MaxItems, Quantity, Items };
}
