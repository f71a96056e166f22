import type { Properties, ResourceContext, ResourceHandler } from '../cloudformation/resources.ts';
import { AwsFault } from '../service.ts';
import { type Bucket, bucketsOf, makeBucket, removeBucket } from './state.ts';

/** Buckets of stacks, and their policies. */
export const s3Resources: Readonly<Record<string, ResourceHandler>> = {
  'AWS::S3::Bucket': {
    create: (properties, context) => {
      const name = properties['BucketName'] ?? context.name(63).toLowerCase();
      const namespace = properties['BucketNamespace'];
      return made(makeBucket(context, name, { ...given(properties, context), ...(namespace ? { namespace } : {}) }));
    },
    update: (name, properties, context) => made(Object.assign(existing(name, context), given(properties, context))),
    remove: (name, context) => {
      const bucket = bucketsOf(context).get(name);
      if (bucket) removeBucket(context, bucket);
    },
  },
  'AWS::S3::BucketPolicy': {
    create: (properties, context) => setPolicy(properties['Bucket'], properties, context),
    update: (name, properties, context) => setPolicy(name, properties, context),
    remove: (name, context) => {
      const bucket = bucketsOf(context).get(name);
      if (bucket) bucket.policy = undefined;
    },
  },
};

function given(properties: Properties, context: ResourceContext) {
  return {
    tags: context.tags(properties['Tags']),
    publicAccessBlock: properties['PublicAccessBlockConfiguration'] ?? {},
    lifecycle: properties['LifecycleConfiguration']?.Rules ?? [],
  };
}

function existing(name: string, context: ResourceContext): Bucket {
  const bucket = bucketsOf(context).get(name);
  if (!bucket) throw new AwsFault('NoSuchBucket', 'The specified bucket does not exist', 404);
  return bucket;
}

function setPolicy(name: string, properties: Properties, context: ResourceContext) {
  const bucket = existing(name, context);
  const { Statement = [] } = properties['PolicyDocument'];
  const open = Statement.some(
    (it: { Principal: unknown; Condition?: unknown }) => it.Principal === '*' && !it.Condition,
  );
  if (open && bucket.publicAccessBlock['BlockPublicPolicy'])
    throw new AwsFault('AccessDenied', 'The policy is public, which the bucket blocks', 403);
  bucket.policy = JSON.stringify(properties['PolicyDocument']);
  return { physicalId: name, attributes: {} };
}

function made({ name, region }: Bucket) {
  return {
    physicalId: name,
    attributes: {
      Arn: `arn:aws:s3:::${name}`,
      DomainName: `${name}.s3.amazonaws.com`,
      RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
    },
  };
}
