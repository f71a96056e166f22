import { isDeepStrictEqual } from 'node:util';
import { pageOf } from '../pages.ts';
import { type AwsCall, AwsFault, type AwsService } from '../service.ts';
import { aliasOperations } from './aliases.ts';
import { configurationOf, readCode, readSettings, shown } from './configuration.ts';
import { type Configuration, type Fn, functionArn, functionsOf } from './state.ts';

function mayListTags(name: string, call: AwsCall): boolean {
  return call.world.policy.uses({ right: 'lambda:ListTags', resource: functionArn(call, name) }, call);
}

/** Functions, their published versions, aliases and addresses. */
export const lambda: AwsService = {
  signedFor: 'lambda',
  package: '@aws-sdk/client-lambda',
  model: () => import('@aws-sdk/client-lambda') as never,
  resourceOf: (_operation, { FunctionName }, call) => FunctionName && functionArn(call, FunctionName),
  tagged: (place) =>
    [...functionsOf(place).values()].map(({ name, tags }) => ({
      arn: functionArn(place, name),
      tags: Object.fromEntries(tags),
    })),
  operations: {
    CreateFunction: (input, call) => {
      const { FunctionName: name, PackageType: packageType = 'Zip', Tags = {} } = input;
      if (functionsOf(call).has(name))
        throw new AwsFault('ResourceConflictException', `Function already exist: ${name}`, 409);
      const settings = { Timeout: 3, MemorySize: 128, Architectures: ['x86_64'], ...readSettings(input, call) };
      const latest = configurationOf(call, { version: '$LATEST', settings, code: readCode(input.Code) });
      const tags = new Map(Object.entries(Tags as Record<string, string>));
      const rest = { versions: new Map(), aliases: new Map(), tags, published: 0 };
      const fn: Fn = { name, packageType, latest, ...rest };
      functionsOf(call).set(name, fn);
      return shown(call, fn, latest);
    },
    GetFunction: ({ FunctionName, Qualifier }, call) => {
      const fn = found(FunctionName, call);
      const Configuration = shown(call, fn, configurationIn(fn, Qualifier, call));
      return {
        Configuration,
        Code: { RepositoryType: 'S3', Location: 'https://code.test/' },
        // Told to those only who may list tags.
        Tags: mayListTags(FunctionName, call) ? Object.fromEntries(fn.tags) : undefined,
      };
    },
    GetFunctionConfiguration: ({ FunctionName, Qualifier }, call) => {
      const fn = found(FunctionName, call);
      return shown(call, fn, configurationIn(fn, Qualifier, call));
    },
    UpdateFunctionConfiguration: (input, call) => {
      const fn = updatable(input, call);
      const settings = { ...fn.latest.settings, ...readSettings(input, call) };
      fn.latest = configurationOf(call, { version: '$LATEST', settings, code: fn.latest.code, update: 'update' });
      return shown(call, fn, fn.latest);
    },
    UpdateFunctionCode: (input, call) => {
      const fn = updatable(input, call);
      const { Architectures = fn.latest.settings['Architectures'] } = input;
      const settings = { ...fn.latest.settings, Architectures };
      fn.latest = configurationOf(call, { version: '$LATEST', settings, code: readCode(input), update: 'update' });
      return shown(call, fn, fn.latest);
    },
    PublishVersion: (input, call) => {
      const fn = updatable(input, call);
      if (input.CodeSha256 !== undefined && input.CodeSha256 !== fn.latest.code.sha256)
        throw new AwsFault('InvalidParameterValueException', 'CodeSHA256 does not match current hash');
      const last = fn.versions.get(String(fn.published));
      if (last && isSame(last, fn.latest)) return shown(call, fn, last);
      const version = String(++fn.published);
      const settings = { ...fn.latest.settings, Description: input.Description ?? fn.latest.settings['Description'] };
      const made = {
        ...configurationOf(call, { version, settings, code: fn.latest.code }),
        source: fn.latest.settings,
      };
      fn.versions.set(version, made);
      return shown(call, fn, made);
    },
    ListVersionsByFunction: ({ FunctionName, Marker, MaxItems = 50 }, call) => {
      const fn = found(FunctionName, call);
      const { items, next } = pageOf([fn.latest, ...fn.versions.values()], Marker, Math.min(MaxItems, 50));
      return { Versions: items.map((one) => shown(call, fn, one, 'without')), NextMarker: next };
    },
    ListFunctions: ({ Marker, MaxItems = 50 }, call) => {
      const { items, next } = pageOf([...functionsOf(call).values()], Marker, MaxItems);
      return { Functions: items.map((fn) => shown(call, fn, fn.latest, 'without')), NextMarker: next };
    },
    DeleteFunction: ({ FunctionName, Qualifier }, call) => {
      const fn = found(FunctionName, call);
      if (Qualifier === undefined) {
        functionsOf(call).delete(fn.name);
        return {};
      }
      const users = [...fn.aliases.values()].filter((one) => one.version === Qualifier || Qualifier in one.weights);
      if (users.length > 0)
        throw new AwsFault('ResourceConflictException', `Current version has aliases pointing to it`, 409);
      if (!fn.versions.delete(Qualifier)) throw missing(functionArn(call, fn.name, Qualifier));
      return {};
    },
    ListTags: ({ Resource }, call) => {
      const fn = [...functionsOf(call).values()].find(({ name }) => functionArn(call, name) === Resource);
      if (!fn) throw missing(Resource);
      return { Tags: Object.fromEntries(fn.tags) };
    },
    ...aliasOperations(found),
  },
};

/** By what it was published from: the description that it was given then does not count. */
function isSame(last: Configuration & { readonly source?: unknown }, latest: Configuration): boolean {
  return last.code.sha256 === latest.code.sha256 && isDeepStrictEqual(last.source, latest.settings);
}

// biome-ignore lint/suspicious/noExplicitAny: the input was held against the model before
function updatable({ FunctionName, RevisionId }: any, call: AwsCall): Fn {
  const fn = found(FunctionName, call);
  const { state, update, revision } = fn.latest;
  if (state.now !== 'Active' || update.now !== 'Successful')
    throw new AwsFault(
      'ResourceConflictException',
      `The operation cannot be performed at this time. An update is in progress for resource: ${functionArn(call, fn.name)}`,
      409,
    );
  if (RevisionId !== undefined && RevisionId !== revision)
    throw new AwsFault('PreconditionFailedException', 'The Revision Id provided does not match the latest', 412);
  return fn;
}

function configurationIn(fn: Fn, qualifier: string | undefined, call: AwsCall): Configuration {
  if (qualifier === undefined || qualifier === '$LATEST') return fn.latest;
  const one = fn.versions.get(fn.aliases.get(qualifier)?.version ?? qualifier);
  if (!one) throw missing(functionArn(call, fn.name, qualifier));
  return one;
}

/** By its name or its ARN. */
function found(name: string, call: AwsCall): Fn {
  const fn = functionsOf(call).get(name.split(':function:').at(-1) ?? name);
  if (!fn) throw missing(functionArn(call, name));
  return fn;
}

export function missing(arn: string): AwsFault {
  return new AwsFault('ResourceNotFoundException', `Function not found: ${arn}`, 404);
}
