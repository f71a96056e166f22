import { pageOf } from '../pages.ts';
import { type AwsCall, AwsFault, type AwsService } from '../service.ts';
import { tagList, tagsOf } from '../tags.ts';
import { makeRole, type Role, rolesOf } from './state.ts';

/** Roles with their policies and tags, and whether the caller may do something. */
export const iam: AwsService = {
  signedFor: 'iam',
  package: '@aws-sdk/client-iam',
  model: () => import('@aws-sdk/client-iam') as never,
  resourceOf: (_operation, { RoleName }, { account }) => RoleName && `arn:aws:iam::${account}:role/${RoleName}`,
  operations: {
    CreateRole: ({ RoleName, Tags, ...given }, call) => {
      if (rolesOf(call).has(RoleName))
        throw new AwsFault('EntityAlreadyExists', `Role with name ${RoleName} already exists.`);
      checkDocument(given.AssumeRolePolicyDocument);
      checkName(RoleName);
      return { Role: shown(makeRole(call, RoleName, { ...given, tags: tagsOf(Tags) })) };
    },
    GetRole: ({ RoleName }, call) => ({ Role: shown(found(RoleName, call)) }),
    DeleteRole: ({ RoleName }, call) => {
      const { policies, attached } = found(RoleName, call);
      if (policies.size > 0) throw conflict('Cannot delete entity, must delete policies first.');
      if (attached.size > 0) throw conflict('Cannot delete entity, must detach all policies first.');
      rolesOf(call).delete(RoleName);
      return {};
    },
    ListRoles: ({ PathPrefix = '/', Marker, MaxItems = 100 }, call) => {
      const all = [...rolesOf(call).values()].filter(({ Path }) => Path.startsWith(PathPrefix));
      const { items, next } = pageOf(all, Marker, MaxItems, 'InvalidInput');
      const Roles = items.map((it) => ({ ...shown(it), Tags: undefined, PermissionsBoundary: undefined }));
      return { Roles, IsTruncated: next !== undefined, Marker: next };
    },
    UpdateAssumeRolePolicy: ({ RoleName, PolicyDocument }, call) => {
      checkDocument(PolicyDocument);
      found(RoleName, call).AssumeRolePolicyDocument = PolicyDocument;
      return {};
    },
    PutRolePolicy: ({ RoleName, PolicyName, PolicyDocument }, call) => {
      checkDocument(PolicyDocument);
      found(RoleName, call).policies.set(PolicyName, PolicyDocument);
      return {};
    },
    GetRolePolicy: ({ RoleName, PolicyName }, call) => {
      const document = found(RoleName, call).policies.get(PolicyName);
      if (document === undefined) throw missing(`The role policy with name ${PolicyName} cannot be found.`);
      return { RoleName, PolicyName, PolicyDocument: encodeURIComponent(document) };
    },
    DeleteRolePolicy: ({ RoleName, PolicyName }, call) => {
      if (!found(RoleName, call).policies.delete(PolicyName))
        throw missing(`The role policy with name ${PolicyName} cannot be found.`);
      return {};
    },
    ListRolePolicies: ({ RoleName, Marker, MaxItems = 100 }, call) => {
      const { items, next } = pageOf([...found(RoleName, call).policies.keys()], Marker, MaxItems, 'InvalidInput');
      return { PolicyNames: items, IsTruncated: next !== undefined, Marker: next };
    },
    AttachRolePolicy: ({ RoleName, PolicyArn }, call) => {
      found(RoleName, call).attached.add(PolicyArn);
      return {};
    },
    DetachRolePolicy: ({ RoleName, PolicyArn }, call) => {
      if (!found(RoleName, call).attached.delete(PolicyArn)) throw missing(`Policy ${PolicyArn} was not found.`);
      return {};
    },
    ListAttachedRolePolicies: ({ RoleName, Marker, MaxItems = 100 }, call) => {
      const { items, next } = pageOf([...found(RoleName, call).attached], Marker, MaxItems, 'InvalidInput');
      const AttachedPolicies = items.map((PolicyArn) => ({ PolicyArn, PolicyName: PolicyArn.split('/').at(-1) }));
      return { AttachedPolicies, IsTruncated: next !== undefined, Marker: next };
    },
    ListInstanceProfilesForRole: ({ RoleName }, call) => {
      found(RoleName, call);
      return { InstanceProfiles: [], IsTruncated: false };
    },
    TagRole: ({ RoleName, Tags }, call) => {
      const { tags } = found(RoleName, call);
      for (const [key, value] of tagsOf(Tags)) tags.set(key, value);
      return {};
    },
    UntagRole: ({ RoleName, TagKeys }, call) => {
      const { tags } = found(RoleName, call);
      for (const key of TagKeys) tags.delete(key);
      return {};
    },
    ListRoleTags: ({ RoleName, Marker, MaxItems = 100 }, call) => {
      const { items, next } = pageOf(tagList(found(RoleName, call).tags), Marker, MaxItems, 'InvalidInput');
      return { Tags: items, IsTruncated: next !== undefined, Marker: next };
    },
    SimulatePrincipalPolicy: (input: Simulation, call) => ({
      EvaluationResults: input.ActionNames.map((EvalActionName) => {
        const each = (input.ResourceArns ?? ['*']).map((EvalResourceName) => {
          const need = { right: EvalActionName, resource: EvalResourceName, context: contextOf(input) };
          const allows = call.world.policy.allows(need, call) && isPrecise(EvalActionName, input);
          return { EvalResourceName, EvalResourceDecision: allows ? 'allowed' : 'implicitDeny' };
        });
        const EvalDecision = each.every((it) => it.EvalResourceDecision === 'allowed') ? 'allowed' : 'implicitDeny';
        return { EvalActionName, EvalDecision, ResourceSpecificResults: each };
      }),
      IsTruncated: false,
    }),
  },
};

interface Simulation {
  readonly ActionNames: readonly string[];
  readonly ResourceArns?: readonly string[];
  readonly ContextEntries?: readonly {
    readonly ContextKeyName: string;
    readonly ContextKeyValues?: readonly string[];
  }[];
}

/** One value of each key: the least policies compare with one at a time. */
function contextOf({ ContextEntries = [] }: Simulation): Readonly<Record<string, string>> {
  return Object.fromEntries(ContextEntries.map((it) => [it.ContextKeyName, it.ContextKeyValues?.[0] ?? '']));
}

/** Asked of all things at once. */
const LIST = 'logs:DescribeLogGroups';

/** As for policies that name things and conditions: what is asked of neither is not allowed. */
function isPrecise(action: string, { ResourceArns = [], ContextEntries = [] }: Simulation): boolean {
  const [service = ''] = action.split(':');
  const named = ['cloudformation', 'iam', 'lambda', 'logs', 's3', 'ssm'].includes(service) && action !== LIST;
  const whole = ResourceArns.length > 0 && !ResourceArns.some((arn) => arn.includes('*'));
  const conditions =
    action !== 'iam:PassRole' || ContextEntries.some((it) => it.ContextKeyName === 'iam:PassedToService');
  return (!named || whole) && conditions;
}

function found(name: string, call: AwsCall): Role {
  const role = rolesOf(call).get(name);
  if (!role) throw missing(`The role with name ${name} cannot be found.`);
  return role;
}

function missing(message: string): AwsFault {
  return new AwsFault('NoSuchEntity', message);
}

function conflict(message: string): AwsFault {
  return new AwsFault('DeleteConflict', message);
}

function checkName(name: string): void {
  if (!/^[\w+=,.@-]{1,64}$/.test(name))
    throw new AwsFault('ValidationError', `The specified value for roleName is invalid: ${name}`);
}

/** A policy is JSON with a version and statements. */
export function checkDocument(text: string): void {
  try {
    const { Version, Statement } = JSON.parse(text);
    if (Version === '2012-10-17' && Statement) return;
  } catch {
    // The answer is the same as for one that lacks its parts.
  }
  throw new AwsFault('MalformedPolicyDocument', 'This policy contains invalid Json');
}

function shown(role: Role): Record<string, unknown> {
  const { tags, policies: _, attached: __, PermissionsBoundary: boundary, AssumeRolePolicyDocument, ...rest } = role;
  return {
    ...rest,
    AssumeRolePolicyDocument: encodeURIComponent(AssumeRolePolicyDocument),
    ...(tags.size > 0 && { Tags: tagList(tags) }),
    ...(boundary && {
      PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: boundary },
    }),
  };
}
