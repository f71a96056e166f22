import { hasCode } from '../../aws/failure.ts';
import type { DriverContext, Examined, Target } from '../../core/driver.ts';
import { DeployerError } from '../../core/errors.ts';
import type { Finding } from '../../core/finding.ts';
import { list } from '../../core/text.ts';
import { type Account, openAccount } from './account.ts';
import { namedBy } from './named.ts';
import { nameOf } from './names.ts';
import { policyOf } from './policy.ts';
import { deniedIn, questionsOf } from './simulation.ts';

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

/** Of a thing that names are asked for with. */
const LONGEST_NAME = 40;

/** Asked of IAM where it tells; who may not ask is told nothing by it. */
export async function missingRights(
  target: Target,
  { aws, caller, options, ...place }: Account,
  rights: readonly string[],
): Promise<readonly Finding[]> {
  const { service, project } = target;
  const { simulatePrincipalPolicy } = await aws.iam();
  const PolicySourceArn = caller.replace(/^(arn:[^:]+):sts::(\d+):assumed-role\/([^/]+)\/.*$/, '$1:iam::$2:role/$3');
  const policy = await policyOf({ kind: options.kind, project, named: namedBy([service.options]) });
  const questions = questionsOf(policy, rights, { ...place, project, name: nameOf(target, LONGEST_NAME) });
  const answers = questions.map((question) => simulatePrincipalPolicy({ PolicySourceArn, ...question }));
  const told = await Promise.all(answers).catch((error: unknown) => {
    if (hasCode(error, 'AccessDenied', 'NoSuchEntity', 'InvalidInput')) return [];
    throw error;
  });
  const denied = deniedIn(told.flatMap(({ EvaluationResults = [] }) => EvaluationResults));
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
