import { randomUUID } from 'node:crypto';
import { pageOf } from '../pages.ts';
import { type AwsCall, AwsFault, type AwsOperation } from '../service.ts';
import { type Alias, type Fn, functionArn } from './state.ts';

// biome-ignore lint/suspicious/noExplicitAny: the input was held against the model before
type Input = any;

/** Aliases with their weights, addresses and permissions. */
export function aliasOperations(found: (name: string, call: AwsCall) => Fn): Readonly<Record<string, AwsOperation>> {
  return {
    CreateAlias: ({ FunctionName, Name, FunctionVersion, Description = '', RoutingConfig }, call) => {
      const fn = found(FunctionName, call);
      if (fn.aliases.has(Name)) throw conflict(`Alias already exists: ${functionArn(call, fn.name, Name)}`);
      checkVersions(fn, [FunctionVersion, ...Object.keys(weightsOf(RoutingConfig))], call);
      const statements = new Map<string, object>();
      const place = { name: Name, version: FunctionVersion, description: Description, revision: randomUUID() };
      const alias: Alias = { ...place, weights: weightsOf(RoutingConfig), statements };
      fn.aliases.set(Name, alias);
      return shown(call, fn, alias);
    },
    GetAlias: ({ FunctionName, Name }, call) => {
      const fn = found(FunctionName, call);
      return shown(call, fn, aliasOf(fn, Name, call));
    },
    UpdateAlias: ({ FunctionName, Name, FunctionVersion, Description, RoutingConfig, RevisionId }, call) => {
      const fn = found(FunctionName, call);
      const alias = aliasOf(fn, Name, call);
      if (RevisionId !== undefined && RevisionId !== alias.revision)
        throw new AwsFault('PreconditionFailedException', 'The Revision Id provided does not match the latest', 412);
      const weights = RoutingConfig === undefined ? alias.weights : weightsOf(RoutingConfig);
      const version = FunctionVersion ?? alias.version;
      checkVersions(fn, [version, ...Object.keys(weights)], call);
      if (version in weights) throw new AwsFault('InvalidParameterValueException', 'The version has two weights');
      Object.assign(alias, { weights, version, revision: randomUUID() });
      if (Description !== undefined) alias.description = Description;
      return shown(call, fn, alias);
    },
    DeleteAlias: ({ FunctionName, Name }, call) => {
      found(FunctionName, call).aliases.delete(Name);
      return {};
    },
    ListAliases: ({ FunctionName, Marker, MaxItems = 50 }, call) => {
      const fn = found(FunctionName, call);
      const { items, next } = pageOf([...fn.aliases.values()], Marker, MaxItems);
      return { Aliases: items.map((alias) => shown(call, fn, alias)), NextMarker: next };
    },
    CreateFunctionUrlConfig: ({ FunctionName, Qualifier, AuthType, InvokeMode = 'BUFFERED' }, call) => {
      const fn = found(FunctionName, call);
      const alias = aliasOf(fn, Qualifier, call);
      if (alias.url) throw conflict(`FunctionUrlConfig exists for this Lambda function`);
      alias.url = { id: call.world.hex(32), mode: InvokeMode, at: call.world.now() };
      return { ...urlOf(call, fn, alias), AuthType };
    },
    GetFunctionUrlConfig: ({ FunctionName, Qualifier }, call) => {
      const fn = found(FunctionName, call);
      const alias = aliasOf(fn, Qualifier, call);
      if (!alias.url)
        throw new AwsFault('ResourceNotFoundException', 'The resource you requested does not exist.', 404);
      return { ...urlOf(call, fn, alias), LastModifiedTime: alias.url.at.toISOString() };
    },
    UpdateFunctionUrlConfig: ({ FunctionName, Qualifier, AuthType = 'NONE', InvokeMode }, call) => {
      const fn = found(FunctionName, call);
      const alias = aliasOf(fn, Qualifier, call);
      if (!alias.url)
        throw new AwsFault('ResourceNotFoundException', 'The resource you requested does not exist.', 404);
      alias.url = { ...alias.url, ...(InvokeMode && { mode: InvokeMode }) };
      return { ...urlOf(call, fn, alias), AuthType, LastModifiedTime: call.world.now().toISOString() };
    },
    DeleteFunctionUrlConfig: ({ FunctionName, Qualifier }, call) => {
      const alias = aliasOf(found(FunctionName, call), Qualifier, call);
      if (!alias.url)
        throw new AwsFault('ResourceNotFoundException', 'The resource you requested does not exist.', 404);
      delete alias.url;
      return {};
    },
    AddPermission: (input, call) => {
      const fn = found(input.FunctionName, call);
      const { statements } = aliasOf(fn, input.Qualifier, call);
      if (statements.has(input.StatementId)) throw conflict(`The statement id (${input.StatementId}) already exists.`);
      const statement = statementOf(input, functionArn(call, fn.name, input.Qualifier));
      statements.set(input.StatementId, statement);
      return { Statement: JSON.stringify(statement) };
    },
    GetPolicy: ({ FunctionName, Qualifier }, call) => {
      const { statements } = aliasOf(found(FunctionName, call), Qualifier, call);
      if (statements.size === 0) throw new AwsFault('ResourceNotFoundException', 'No policy is associated.', 404);
      return { Policy: JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: [...statements.values()] }) };
    },
  };
}

/** Whether everybody may ask an address: both rights are needed. */
export function isPublic({ statements }: Alias): boolean {
  const text = JSON.stringify([...statements.values()]);
  return text.includes('lambda:InvokeFunctionUrl') && text.includes('lambda:InvokedViaFunctionUrl');
}

function statementOf({ StatementId, Principal, Action, ...given }: Input, resource: string): object {
  const { FunctionUrlAuthType, InvokedViaFunctionUrl } = given;
  const condition = {
    ...(FunctionUrlAuthType && { StringEquals: { 'lambda:FunctionUrlAuthType': FunctionUrlAuthType } }),
    ...(InvokedViaFunctionUrl && { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } }),
  };
  return { Sid: StatementId, Effect: 'Allow', Principal, Action, Resource: resource, Condition: condition };
}

function weightsOf(routing: Input): Readonly<Record<string, number>> {
  const weights = (routing?.AdditionalVersionWeights ?? {}) as Record<string, number>;
  const sound = Object.values(weights).every((weight) => weight >= 0 && weight <= 1);
  if (sound && Object.keys(weights).length <= 1) return weights;
  throw new AwsFault('InvalidParameterValueException', 'RoutingConfig takes one version with a weight from 0 to 1');
}

function checkVersions({ name, versions }: Fn, wanted: readonly string[], call: AwsCall): void {
  const unknown = wanted.find((version) => !versions.has(version));
  if (unknown === undefined) return;
  throw new AwsFault('ResourceNotFoundException', `Function not found: ${functionArn(call, name, unknown)}`, 404);
}

function aliasOf({ name, aliases }: Fn, alias: string, call: AwsCall): Alias {
  const found = aliases.get(alias);
  if (found) return found;
  throw new AwsFault('ResourceNotFoundException', `Cannot find alias arn: ${functionArn(call, name, alias)}`, 404);
}

function shown(call: AwsCall, { name: fn }: Fn, { name, version, description, weights, revision }: Alias) {
  return {
    AliasArn: functionArn(call, fn, name),
    Name: name,
    FunctionVersion: version,
    Description: description,
    RevisionId: revision,
    ...(Object.keys(weights).length > 0 && { RoutingConfig: { AdditionalVersionWeights: weights } }),
  };
}

function urlOf(call: AwsCall, fn: Fn, { name, url }: Alias) {
  return {
    FunctionUrl: `https://${url?.id}.lambda-url.${call.region}.on.aws/`,
    FunctionArn: functionArn(call, fn.name, name),
    AuthType: 'NONE',
    InvokeMode: url?.mode,
    CreationTime: url?.at.toISOString(),
  };
}

function conflict(message: string): AwsFault {
  return new AwsFault('ResourceConflictException', message, 409);
}
