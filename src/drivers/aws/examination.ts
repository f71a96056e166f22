import { hasCode } from '../../aws/failure.ts';
import type { DriverContext, Examined, Target } from '../../core/driver.ts';
import { DeployerError } from '../../core/errors.ts';
import type { Finding } from '../../core/finding.ts';
import { list } from '../../core/text.ts';
import { type Account, openAccount } from './account.ts';

/** What `doctor` tells: who we are, where, and which of the rights that the kind needs are missing. */
export async function examineAccount(
  target: Target,
  context: DriverContext,
  rights: readonly string[],
): Promise<Examined> {
  try {
    const account = await openAccount(target, context);
    const findings = await missingRights(target, account, rights);
    const name = `AWS account ${account.id}, ${account.region}`;
    return {
      checks: [{ name, result: `${findings.length === 0 ? 'ok' : 'needs a look'}: ${account.caller}` }],
      findings,
    };
  } catch (error) {
    if (!(error instanceof DeployerError)) throw error;
    const { code, reason, fix } = error.failure;
    return {
      checks: [{ name: 'AWS', result: reason }],
      findings: [{ level: 'error', code, message: reason, ...(fix ? { fix } : {}) }],
    };
  }
}

/** How many actions one question may name. */
const MOST_ACTIONS = 100;

/** Asked of IAM where it tells; who may not ask is told nothing by it. */
export async function missingRights(
  { service }: Target,
  { aws, caller, options }: Account,
  rights: readonly string[],
): Promise<readonly Finding[]> {
  const { simulatePrincipalPolicy } = await aws.iam();
  const PolicySourceArn = caller.replace(/^(arn:[^:]+):sts::(\d+):assumed-role\/([^/]+)\/.*$/, '$1:iam::$2:role/$3');
  const parts = Array.from({ length: Math.ceil(rights.length / MOST_ACTIONS) }, (_, part) =>
    rights.slice(part * MOST_ACTIONS, (part + 1) * MOST_ACTIONS),
  );
  const answers = parts.map((ActionNames) =>
    simulatePrincipalPolicy({ PolicySourceArn, ActionNames: [...ActionNames] }),
  );
  const told = await Promise.all(answers).catch((error: unknown) => {
    if (hasCode(error, 'AccessDenied', 'NoSuchEntity', 'InvalidInput')) return [];
    throw error;
  });
  const results = told.flatMap(({ EvaluationResults = [] }) => EvaluationResults);
  const denied = results.flatMap(({ EvalActionName = '', EvalDecision }) =>
    EvalDecision === 'allowed' ? [] : [EvalActionName],
  );
  if (denied.length === 0) return [];
  return [
    {
      level: 'error',
      code: 'INSUFFICIENT_PERMISSIONS',
      message: `${caller} lacks rights that ${service.name} needs: ${list(denied)}`,
      fix: `Add them: "deployer aws policy --kind ${options.kind}" prints all that are needed`,
    },
  ];
}
