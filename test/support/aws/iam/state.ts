import type { AwsPlace } from '../service.ts';
import type { Tags } from '../tags.ts';
import { stateOf } from '../world.ts';

export interface Role {
  readonly RoleName: string;
  readonly RoleId: string;
  readonly Arn: string;
  readonly Path: string;
  readonly CreateDate: Date;
  /** As it was given; answers have it encoded for addresses. */
  AssumeRolePolicyDocument: string;
  Description: string | undefined;
  MaxSessionDuration: number;
  readonly PermissionsBoundary: string | undefined;
  readonly tags: Tags;
  /** Inline policies by name. */
  readonly policies: Map<string, string>;
  /** ARNs of managed policies. */
  readonly attached: Set<string>;
}

const roles = stateOf('iam roles', () => new Map<string, Role>(), 'account');

/** The roles of an account, by name. */
export function rolesOf(place: AwsPlace): Map<string, Role> {
  return roles(place);
}

export function makeRole(place: AwsPlace, RoleName: string, given: Partial<Role>): Role {
  const { world, account } = place;
  const Path = given.Path ?? '/';
  const role: Role = {
    AssumeRolePolicyDocument: '{}',
    Description: undefined,
    MaxSessionDuration: 3600,
    PermissionsBoundary: undefined,
    tags: new Map(),
    policies: new Map(),
    attached: new Set(),
    ...given,
    Path,
    RoleName,
    RoleId: `AROA${world.hex(17).toUpperCase()}`,
    Arn: `arn:aws:iam::${account}:role${Path}${RoleName}`,
    CreateDate: world.now(),
  };
  rolesOf(place).set(RoleName, role);
  return role;
}
