import { rolesOf } from '../iam/state.ts';
import { type AwsCall, AwsFault, type AwsService } from '../service.ts';

/** Who the caller is, and sessions of roles. A role can be taken by who is in its account, or is named in its trust policy. */
export const sts: AwsService = {
  signedFor: 'sts',
  package: '@aws-sdk/client-sts',
  model: () => import('@aws-sdk/client-sts') as never,
  rights: { GetCallerIdentity: '', AssumeRoleWithWebIdentity: '' },
  resourceOf: (_operation, { RoleArn }) => RoleArn,
  operations: {
    GetCallerIdentity: (_input, { account, caller }) => ({
      Account: account,
      Arn: caller.arn,
      UserId: caller.userId,
    }),
    AssumeRole: ({ RoleArn, RoleSessionName }, call) => {
      const { account, role } = roleOf(RoleArn, call);
      const trusted = rolesOf({ ...call, account }).get(role)?.AssumeRolePolicyDocument ?? '';
      if (!decodeURIComponent(trusted).includes(call.account)) throw refused(RoleArn, call);
      return session(call, account, role, RoleSessionName);
    },
    AssumeRoleWithWebIdentity: ({ RoleArn, RoleSessionName, WebIdentityToken }, call) => {
      const { account, role } = roleOf(RoleArn, call);
      if (WebIdentityToken.split('.').length !== 3)
        throw new AwsFault('InvalidIdentityToken', 'The ID Token provided is not a valid JWT.');
      return session(call, account, role, RoleSessionName);
    },
  },
};

function roleOf(arn: string, call: AwsCall): { account: string; role: string } {
  const [, account = '', role = ''] = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?([\w+=,.@-]+)$/.exec(arn) ?? [];
  if (!rolesOf({ ...call, account }).has(role)) throw refused(arn, call);
  return { account, role };
}

function refused(arn: string, { caller }: AwsCall): AwsFault {
  const message = `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`;
  return new AwsFault('AccessDenied', message, 403);
}

function session({ world }: AwsCall, account: string, role: string, name: string): unknown {
  const { accessKeyId, secretAccessKey, sessionToken, caller } = world.credentials.session(account, role, name);
  return {
    Credentials: {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
      Expiration: new Date(Date.now() + 3_600_000),
    },
    AssumedRoleUser: { Arn: caller.arn, AssumedRoleId: caller.userId },
  };
}
