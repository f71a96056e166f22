import { DeployerError } from '../../../../core/errors.ts';
import { revealAll, type Variables } from '../../../../core/secret.ts';
import { list } from '../../../../core/text.ts';
import { roleName, type Site } from '../site.ts';
import { roleArn } from './role.ts';

/** Bytes of all names and values together. */
const MOST_VARIABLES = 4_096;
const RESERVED =
  /^(?:_HANDLER|_X_AMZN_TRACE_ID|AWS_(?:DEFAULT_)?REGION|AWS_EXECUTION_ENV|AWS_LAMBDA_.*|AWS_ACCESS_KEY(?:_ID)?|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|LAMBDA_TASK_ROOT|LAMBDA_RUNTIME_DIR)$/;

/** Ports and addresses are for servers. */
const FOR_SERVERS = new Set(['PORT', 'HOST']);

/** The variables of a function; those that Lambda keeps to itself, or would not take, are refused. */
export function usedVariables({ target }: Site, variables: Variables): Readonly<Record<string, string>> {
  const used = Object.entries(revealAll(variables)).filter(([name]) => !FOR_SERVERS.has(name));
  const taken = used.map(([name]) => name).filter((name) => RESERVED.test(name));
  const { name } = target.service;
  if (taken.length > 0)
    throw invalid(`Lambda sets ${list(taken)} itself, which ${name} is to be given`, 'Give them other names');
  const bytes = used.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  if (bytes > MOST_VARIABLES)
    throw invalid(
      `The variables of ${name} have ${bytes} bytes, and Lambda takes ${MOST_VARIABLES}`,
      `Name those it needs in services.${name}.env, or let it read the large ones from a store`,
    );
  return Object.fromEntries(used);
}

/** How the function is set up, but for its code. `Description` differs for each operation, so that each publishes anew. */
export function settingsOf(site: Site, variables: Readonly<Record<string, string>>, description: string) {
  const { options } = site.account;
  const own = { Handler: options.handler, Runtime: options.runtime as 'nodejs22.x', Layers: [...options.layers] };
  return {
    FunctionName: site.name,
    Description: description,
    Role: options.role ?? roleArn(site, roleName(site)),
    MemorySize: options.memory,
    Timeout: Math.ceil(options.time_limit / 1_000),
    Environment: { Variables: { ...variables } },
    VpcConfig: { SubnetIds: [...options.subnets], SecurityGroupIds: [...options.security_groups] },
    ...(options.image === undefined ? own : {}),
  };
}

function invalid(reason: string, fix: string): DeployerError {
  return new DeployerError({ code: 'INVALID_ENV', stage: 'deploy', reason, fix });
}
