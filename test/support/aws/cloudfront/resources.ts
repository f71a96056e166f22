import type { Made, Properties, ResourceContext, ResourceHandler } from '../cloudformation/resources.ts';
import { AwsFault } from '../service.ts';
import {
  arnOf,
  changeDistribution,
  cloudfrontOf,
  type Distribution,
  etagOf,
  makeDistribution,
  removeDistribution,
} from './state.ts';

const RUNTIMES = ['cloudfront-js-1.0', 'cloudfront-js-2.0'];
/** Bytes of a function's code. */
const MOST_CODE = 10_240;
const LONGEST_NAME = 64;

/** What a stack has of CloudFront. */
export const cloudfrontResources: Readonly<Record<string, ResourceHandler>> = {
  'AWS::CloudFront::OriginAccessControl': {
    create: (properties, context) => {
      const { controls } = cloudfrontOf(context);
      const config = properties['OriginAccessControlConfig'];
      refuseName(
        config.Name,
        [...controls.values()].map((it) => it.config.Name),
        'OriginAccessControlAlreadyExists',
      );
      const id = etagOf(context);
      controls.set(id, { id, config });
      return { physicalId: id, attributes: { Id: id } };
    },
    remove: (id, context) => {
      const used = distributions(context).some((it) =>
        it.config.Origins.some((origin: { OriginAccessControlId?: string }) => origin.OriginAccessControlId === id),
      );
      if (used) throw new AwsFault('OriginAccessControlInUse', 'A distribution uses it.', 409);
      cloudfrontOf(context).controls.delete(id);
    },
  },
  'AWS::CloudFront::KeyValueStore': {
    create: (properties, context) => {
      const { stores } = cloudfrontOf(context);
      const name = properties['Name'];
      refuseName(name, stores.keys(), 'EntityAlreadyExists');
      const id = context.world.uuid();
      const arn = arnOf(context, 'key-value-store', id);
      const tags = context.tags(properties['Tags']);
      stores.set(name, { name, id, arn, tags, at: context.world.now(), values: new Map(), etag: etagOf(context) });
      return { physicalId: name, attributes: { Arn: arn, Id: id, Status: 'READY' } };
    },
    remove: (name, context) => {
      const store = cloudfrontOf(context).stores.get(name);
      const used = [...cloudfrontOf(context).functions.values()].some((it) => it.stores.includes(store?.arn ?? ''));
      if (used) throw new AwsFault('CannotDeleteEntityWhileInUse', 'A function uses it.', 409);
      cloudfrontOf(context).stores.delete(name);
    },
  },
  'AWS::CloudFront::Function': {
    create: (properties, context) => {
      const { functions } = cloudfrontOf(context);
      const name = properties['Name'];
      refuseName(name, functions.keys(), 'FunctionAlreadyExists');
      const arn = arnOf(context, 'function', name);
      const tags = context.tags(properties['Tags']);
      const at = context.world.now();
      functions.set(name, { name, arn, tags, at, etag: etagOf(context), ...codeOf(properties, context) });
      return functionMade(arn);
    },
    update: (arn, properties, context) => {
      Object.assign(functionOf(arn, context) ?? {}, { ...codeOf(properties, context), etag: etagOf(context) });
      return functionMade(arn);
    },
    remove: (arn, context) => {
      const used = distributions(context).some((it) => JSON.stringify(it.config).includes(`"${arn}"`));
      if (used) throw new AwsFault('FunctionInUse', 'A distribution uses it.', 409);
      const name = functionOf(arn, context)?.name;
      if (name) cloudfrontOf(context).functions.delete(name);
    },
  },
  'AWS::CloudFront::Distribution': {
    create: (properties, context) => {
      const config = checked(properties, context);
      return distributionMade(makeDistribution(context, config, context.tags(properties['Tags'])));
    },
    update: (id, properties, context) => {
      const it = cloudfrontOf(context).distributions.get(id);
      if (!it) throw new AwsFault('NoSuchDistribution', 'The specified distribution does not exist.', 404);
      it.tags = context.tags(properties['Tags']);
      changeDistribution(context, it, checked(properties, context));
      return distributionMade(it);
    },
    remove: (id, context) => {
      const it = cloudfrontOf(context).distributions.get(id);
      if (it) removeDistribution(context, it);
    },
  },
};

function distributions(context: ResourceContext): Distribution[] {
  return [...cloudfrontOf(context).distributions.values()];
}

function refuseName(name: string, taken: Iterable<string>, code: string): void {
  if (!/^[a-zA-Z0-9-_]+$/.test(name) || name.length > LONGEST_NAME)
    throw new AwsFault('InvalidArgument', `The name ${name} is not valid.`, 400);
  if ([...taken].includes(name)) throw new AwsFault(code, `${name} exists already.`, 409);
}

function codeOf(properties: Properties, context: ResourceContext) {
  const { Runtime, KeyValueStoreAssociations = [] } = properties['FunctionConfig'];
  const code: string = properties['FunctionCode'];
  const stores = KeyValueStoreAssociations.map((it: { KeyValueStoreARN: string }) => it.KeyValueStoreARN);
  const known = [...cloudfrontOf(context).stores.values()].map(({ arn }) => arn);
  if (!RUNTIMES.includes(Runtime)) throw new AwsFault('InvalidArgument', `No runtime ${Runtime}`, 400);
  if (Buffer.byteLength(code) > MOST_CODE) throw new AwsFault('FunctionSizeLimitExceeded', 'Too much code', 413);
  if (stores.length > 1 || (stores.length > 0 && Runtime !== RUNTIMES[1]))
    throw new AwsFault('InvalidArgument', 'One store, and runtime 2.0', 400);
  if (!stores.every((arn: string) => known.includes(arn)))
    throw new AwsFault('InvalidArgument', 'There is no such store', 400);
  return { code, runtime: Runtime, stores };
}

function functionOf(arn: string, context: ResourceContext) {
  return [...cloudfrontOf(context).functions.values()].find((it) => it.arn === arn);
}

function functionMade(arn: string): Made {
  return { physicalId: arn, attributes: { FunctionARN: arn, Stage: 'LIVE' } };
}

/** What a distribution refers to has to be there. */
function checked(properties: Properties, context: ResourceContext): Distribution['config'] {
  const config = properties['DistributionConfig'];
  const { controls } = cloudfrontOf(context);
  for (const { OriginAccessControlId: id } of config.Origins)
    if (id !== undefined && !controls.has(id))
      throw new AwsFault('InvalidOriginAccessControl', 'There is no such origin access control', 400);
  for (const { FunctionARN } of config.DefaultCacheBehavior.FunctionAssociations ?? [])
    if (!functionOf(FunctionARN, context)) throw new AwsFault('InvalidFunctionAssociation', 'No such function', 400);
  return config;
}

function distributionMade({ id, domain }: Distribution): Made {
  return { physicalId: id, attributes: { Id: id, DomainName: domain } };
}
