import { pageOf } from '../pages.ts';
import { AwsFault, type AwsPlace, type AwsService, arnOf } from '../service.ts';
import { type Tags, tagList, tagsOf } from '../tags.ts';
import { stateOf } from '../world.ts';

interface Parameter {
  readonly Name: string;
  readonly Type: string;
  readonly ARN: string;
  readonly Value: string;
  readonly tags: Tags;
  readonly LastModifiedDate: Date;
}

const STANDARD = 4096;

/** Parameters of a region, by name. */
export const parametersOf: (place: AwsPlace) => Map<string, Parameter> = stateOf('ssm', () => new Map());

export const ssm: AwsService = {
  signedFor: 'ssm',
  package: '@aws-sdk/client-ssm',
  model: () => import('@aws-sdk/client-ssm') as never,
  resourceOf: (_, { Name, Names = [Name], Path }, call) =>
    (Path ? [Path] : (Names as string[])).map((name) => arnOf(call, 'ssm', `parameter/${name.replace(/^\//, '')}`)),
  operations: {
    PutParameter: ({ Name, Type, Value, Tags, Overwrite, Tier = 'Standard' }, call) => {
      const parameters = parametersOf(call);
      if (!/^\/?[\w.-]+(?:\/[\w.-]+){0,15}$/.test(Name) || /^\/?(?:aws|ssm)/i.test(Name))
        throw new AwsFault(
          'ValidationException',
          `Parameter name: can't be prefixed with "ssm" or hold others than a-zA-Z0-9_.-/`,
        );
      if (Value === '') throw new AwsFault('ValidationException', 'Value is not valid');
      if (Tier === 'Standard' && Buffer.byteLength(Value) > STANDARD)
        throw new AwsFault(
          'ValidationException',
          'Standard tier parameters support a maximum parameter value of 4096 characters.',
        );
      if (Overwrite && Tags)
        throw new AwsFault('ValidationException', "Invalid request: tags and overwrite can't be used together.");
      if (parameters.has(Name) && !Overwrite)
        throw new AwsFault(
          'ParameterAlreadyExists',
          'The parameter already exists. To overwrite this value, set the overwrite option.',
        );
      const ARN = arnOf(call, 'ssm', `parameter${Name.startsWith('/') ? '' : '/'}${Name}`);
      parameters.set(Name, { Name, Type, Value, ARN, tags: tagsOf(Tags), LastModifiedDate: call.world.now() });
      return { Version: 1, Tier: 'Standard' };
    },
    GetParametersByPath: ({ Path, Recursive = false, WithDecryption = false, NextToken, MaxResults = 10 }, call) => {
      const below = [...parametersOf(call).values()].filter(({ Name }) => {
        const rest = Name.startsWith(`${Path}/`) ? Name.slice(Path.length + 1) : undefined;
        return rest !== undefined && (Recursive || !rest.includes('/'));
      });
      const { items, next } = pageOf(below, NextToken, MaxResults, 'InvalidNextToken');
      return { Parameters: items.map((it) => shown(it, WithDecryption)), NextToken: next };
    },
    GetParameters: ({ Names, WithDecryption = false }, call) => {
      const found = (Names as string[]).map((name) => [name, parametersOf(call).get(name)] as const);
      return {
        Parameters: found.flatMap(([, it]) => (it ? [shown(it, WithDecryption)] : [])),
        InvalidParameters: found.flatMap(([name, it]) => (it ? [] : [name])),
      };
    },
    DeleteParameters: ({ Names }, call) => {
      const gone = (Names as string[]).filter((name) => parametersOf(call).delete(name));
      return { DeletedParameters: gone, InvalidParameters: (Names as string[]).filter((name) => !gone.includes(name)) };
    },
    ListTagsForResource: ({ ResourceId }, call) => ({
      TagList: tagList(parametersOf(call).get(ResourceId)?.tags ?? new Map()),
    }),
  },
  tagged: (place) =>
    [...parametersOf(place).values()].map(({ ARN, tags }) => ({ arn: ARN, tags: Object.fromEntries(tags) })),
};

/** Without being asked for, a secret is answered as its cipher text. */
function shown({ Name, Type, ARN, Value, LastModifiedDate }: Parameter, decrypted: boolean) {
  const value = Type === 'SecureString' && !decrypted ? 'AQICAHcipher' : Value;
  return { Name, Type, ARN, Value: value, Version: 1, DataType: 'text', LastModifiedDate };
}
