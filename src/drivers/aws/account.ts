import { type Aws, openAws } from '../../aws/aws.ts';
import type { DriverContext, Target } from '../../core/driver.ts';
import { DeployerError } from '../../core/errors.ts';
import { type AwsOptions, readOptions } from './options/options.ts';

/** AWS as one call of the driver sees it: whom we are there, where, and what the options say. */
export interface Account<Options extends AwsOptions = AwsOptions> {
  readonly aws: Aws;
  readonly options: Options;
  /** Id of the account, and its partition: `aws`, `aws-cn`, `aws-us-gov`, `aws-eusc`. */
  readonly id: string;
  readonly partition: string;
  readonly region: string;
  /** ARN of whoever the credentials are. */
  readonly caller: string;
}

/** Who we are is asked first, which needs no right: names depend on it, and the wrong account is refused. */
export async function openAccount<Options extends AwsOptions = AwsOptions>(
  target: Target,
  context: DriverContext,
): Promise<Account<Options>> {
  const options = readOptions(target.service.options) as Options;
  const { settings, credentials, signal } = context;
  const { region, profile, assume_role } = options;
  const aws = openAws({
    settings,
    credentials,
    signal,
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
    ...(assume_role === undefined ? {} : { role: { arn: assume_role, session: sessionOf(target) } }),
  });
  const sts = await aws.sts();
  const where = await sts.region();
  const { Account: id = '', Arn: caller = '' } = await sts.getCallerIdentity({});
  if (options.account !== undefined && options.account !== id) throw wrongAccount(target, options.account, id);
  return { aws, options, id, caller, partition: caller.split(':')[1] ?? 'aws', region: where };
}

/** What the audit log of the account shows. */
function sessionOf({ project, environment }: Target): string {
  return `deployer-${project}-${environment}`.slice(0, 64);
}

function wrongAccount({ service, environment }: Target, wanted: string, found: string): DeployerError {
  return new DeployerError({
    code: 'GATE_REFUSED',
    reason: `The credentials are those of account ${found}, and ${service.name} in ${environment} belongs to ${wanted}`,
    fix: `Use credentials of ${wanted}: set AWS_PROFILE, or aws.profile or aws.assume_role of the service`,
  });
}
