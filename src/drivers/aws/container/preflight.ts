import { hasCode } from '../../../aws/failure.ts';
import type { DriverContext, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Finding } from '../../../core/finding.ts';
import { findContext } from '../../image/build/context.ts';
import { openEngine } from '../../image/engine/client.ts';
import { type Account, openAccount } from '../account.ts';
import { balancerCertificate, certificateFindings } from '../certificate.ts';
import { missingRights } from '../examination.ts';
import type { ContainerOptions } from '../options/container.ts';
import { findListener, requireCluster, requireRepository } from './adopted.ts';
import { namesOf } from './names.ts';
import { findNetwork } from './network.ts';
import { quotaFindings } from './quotas.ts';
import { RIGHTS } from './rights.ts';
import { requireStanding } from './standing.ts';

/** Whether a deploy can be carried out: who we are, what we may, where it would be put, and what would build it. */
export async function preflight(target: Target, context: DriverContext): Promise<readonly Finding[]> {
  const building = checkBuild(target, context);
  let account: Account<ContainerOptions>;
  try {
    account = await openAccount<ContainerOptions>(target, context);
  } catch (error) {
    return [...findingsOf(error), ...(await building)];
  }
  const checks = [
    Promise.resolve().then(() => requireStanding(target, account)),
    findNetwork(target, account),
    findListener(account),
    requireCluster(account, target),
    requireRepository(account),
    certificateFindings(target, account, balancerCertificate(account)),
    ...(target.resource === null ? [missingRights(target, account, RIGHTS), unmakeable(target, account)] : []),
  ];
  const found = await Promise.all([building, ...checks.map((check) => check.then(listOf, findingsOf))]);
  const [built = [], ...others] = found;
  return [...others.flat(), ...built];
}

function listOf(answer: unknown): readonly Finding[] {
  return Array.isArray(answer) ? (answer as Finding[]) : [];
}

/** What is wrong is told; everything else that is thrown is a fault. */
function findingsOf(error: unknown): readonly Finding[] {
  if (!(error instanceof DeployerError)) throw error;
  const { code, reason, fix, findings, detail = [] } = error.failure;
  if (findings && findings.length > 0) return findings;
  const message = detail[0] ? `${reason} (${detail[0]})` : reason;
  return [{ level: 'error', code, message, ...(fix ? { fix } : {}) }];
}

async function checkBuild({ ...target }: Target, context: DriverContext): Promise<readonly Finding[]> {
  const { builder } = target.service.options as { builder?: string };
  const found = await Promise.all([
    findContext(target, context).then(() => [], findingsOf),
    openEngine(builder, context).then(() => [], findingsOf),
  ]);
  return found.flat();
}

/** Before anything was made: a name that is taken, or a quota that is full, would fail the stack after minutes. */
async function unmakeable(target: Target, account: Account<ContainerOptions>): Promise<readonly Finding[]> {
  const { aws, options } = account;
  const names = namesOf(target);
  const cloudformation = await aws.cloudformation();
  const known = await cloudformation.describeStacks({ StackName: names.stack }).catch(() => undefined);
  if (known?.Stacks?.length) return [];
  const [repository, balancer] = await Promise.all([
    options.repository
      ? undefined
      : exists(aws.ecr().then((ecr) => ecr.describeRepositories({ repositoryNames: [names.repository] }))),
    options.worker || options.listener
      ? undefined
      : exists(aws.elb().then((elb) => elb.describeLoadBalancers({ Names: [names.balancer] }))),
  ]);
  return [
    ...(await quotaFindings(target, account)),
    ...(repository ? [taken(target, `The repository ${names.repository}`, 'aws.repository names it')] : []),
    ...(balancer
      ? [taken(target, `The load balancer ${names.balancer}`, 'aws.listener names one of its listeners')]
      : []),
  ];
}

async function exists(asked: Promise<unknown>): Promise<boolean> {
  try {
    await asked;
    return true;
  } catch (error) {
    if (hasCode(error, 'RepositoryNotFound', 'LoadBalancerNotFound')) return false;
    throw error;
  }
}

function taken({ service }: Target, what: string, way: string): Finding {
  return {
    level: 'error',
    code: 'PROJECT_NAME_TAKEN',
    message: `${what} exists, and deployer did not make it for ${service.name}`,
    fix: `Remove it, or let it be used: ${way}`,
  };
}
