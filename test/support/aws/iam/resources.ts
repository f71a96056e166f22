import type { Properties, ResourceContext, ResourceHandler } from '../cloudformation/resources.ts';
import { AwsFault } from '../service.ts';
import { checkDocument } from './service.ts';
import { makeRole, type Role, rolesOf } from './state.ts';

interface Policy {
  readonly PolicyName: string;
  readonly PolicyDocument: unknown;
}

/** Roles of stacks. */
export const iamResources: Readonly<Record<string, ResourceHandler>> = {
  'AWS::IAM::Role': {
    create: (properties, context) => {
      const name = properties['RoleName'] ?? context.name(64);
      if (rolesOf(context).has(name))
        throw new AwsFault('EntityAlreadyExists', `Role with name ${name} already exists.`);
      return made(makeRole(context, name, { ...given(properties, context), Path: properties['Path'] ?? '/' }));
    },
    update: (name, properties, context) => {
      const role = rolesOf(context).get(name);
      if (!role) throw new AwsFault('NoSuchEntity', `The role with name ${name} cannot be found.`);
      const { policies, attached, tags, ...plain } = given(properties, context);
      Object.assign(role, plain);
      replace(role.policies, policies);
      replace(role.tags, tags);
      role.attached.clear();
      for (const it of attached) role.attached.add(it);
      return made(role);
    },
    remove: (name, context) => void rolesOf(context).delete(name),
  },
};

function given(properties: Properties, context: ResourceContext) {
  const policies: readonly Policy[] = properties['Policies'] ?? [];
  return {
    AssumeRolePolicyDocument: text(properties['AssumeRolePolicyDocument']),
    Description: properties['Description'],
    MaxSessionDuration: properties['MaxSessionDuration'] ?? 3600,
    PermissionsBoundary: properties['PermissionsBoundary'],
    tags: context.tags(properties['Tags']),
    policies: new Map(policies.map((it) => [it.PolicyName, text(it.PolicyDocument)])),
    attached: new Set<string>(properties['ManagedPolicyArns']),
  };
}

function text(document: unknown): string {
  const written = typeof document === 'string' ? document : JSON.stringify(document);
  checkDocument(written);
  return written;
}

function replace<K, V>(map: Map<K, V>, by: ReadonlyMap<K, V>): void {
  map.clear();
  for (const [key, value] of by) map.set(key, value);
}

function made(role: Role) {
  return { physicalId: role.RoleName, attributes: { Arn: role.Arn, RoleId: role.RoleId } };
}
