import type { DriverContext, Provisioned, Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import { type Account, openAccount } from '../account.ts';
import { balancerCertificate, certifiedBy } from '../certificate.ts';
import { ownTags } from '../names.ts';
import type { ContainerOptions } from '../options/container.ts';
import { ensureStack, stackResources } from '../stack/stack.ts';
import { type AdoptedListener, findListener, requireCluster, requireRepository } from './adopted.ts';
import { namesOf } from './names.ts';
import { findNetwork } from './network.ts';
import { type Entrance, type Places, resourceOf } from './places.ts';
import type { Network } from './recipe.ts';
import { ensureRule } from './rule.ts';
import { requireStanding } from './standing.ts';
import { LOGICAL, templateOf } from './template.ts';
import { CHECK_PORTS } from './template-entrance.ts';

/** One stack for what lives as long as the target, and the rule whose weights deploys change. */
export async function provision(target: Target, context: DriverContext): Promise<Provisioned> {
  const account = await openAccount<ContainerOptions>(target, context);
  requireStanding(target, account);
  await Promise.all([requireCluster(account, target), requireRepository(account)]);
  const listener = await findListener(account);
  const network = await networkFor(target, account, listener);
  const { id, partition, region, options } = account;
  const template = JSON.stringify(templateOf({ target, options, network, partition, account: id, region }));
  const name = namesOf(target).stack;
  const cloud = await account.aws.cloudformation();
  const made = await ensureStack(cloud, { name, template, parameters: {}, tags: ownTags(target) }, context);
  const found = await stackResources(cloud, name);
  const resources = Object.fromEntries([...found].map(([logical, resource]) => [logical, resource.id]));
  const places = await placesOf({ target, account, network, listener, resources });
  const url = places.entrance?.url;
  return {
    resource: resourceOf(places),
    outcome: made === 'created' ? 'created' : 'unchanged',
    ...(url ? { url } : {}),
  };
}

async function networkFor(
  target: Target,
  account: Account<ContainerOptions>,
  listener: AdoptedListener | undefined,
): Promise<Network> {
  const network = await findNetwork(target, account);
  if (!listener) return network;
  if (listener.vpc !== network.vpc) throw elsewhere(target, listener, network);
  return { ...network, balancer_groups: listener.groups };
}

interface Found {
  readonly target: Target;
  readonly account: Account<ContainerOptions>;
  readonly network: Network;
  readonly listener: AdoptedListener | undefined;
  /** Physical ids by logical ones. */
  readonly resources: Readonly<Record<string, string>>;
}

async function placesOf(found: Found): Promise<Places> {
  const { account, network, target, resources } = found;
  const { options, id, region } = account;
  const repository = options.repository ?? resources[LOGICAL.repository] ?? '';
  const ecr = await account.aws.ecr();
  const { repositories: [described] = [] } = await ecr.describeRepositories({ repositoryNames: [repository] });
  const certified = balancerCertificate(account);
  const entrance = options.worker ? undefined : await entranceOf(found);
  return {
    region,
    account: id,
    cluster: options.cluster ?? resources[LOGICAL.cluster] ?? '',
    repository: { name: repository, uri: described?.repositoryUri ?? '' },
    log_group: namesOf(target).logs,
    execution_role: options.execution_role ?? roleArn(account, resources[LOGICAL.executionRole]),
    task_role: options.task_role ?? roleArn(account, resources[LOGICAL.taskRole]),
    subnets: network.subnets,
    security_group: resources[LOGICAL.taskGroup] ?? '',
    public_ip: network.public_ip,
    ...(certified ? { certified: certifiedBy(certified) } : {}),
    ...(entrance ? { entrance } : {}),
  };
}

function roleArn({ partition, id }: Account, name = ''): string {
  return `arn:${partition}:iam::${id}:role/${name}`;
}

async function entranceOf({ account, target, listener, resources }: Found): Promise<Entrance> {
  const { options, aws } = account;
  const elb = await aws.elb();
  const groups = { a: resources[LOGICAL.groupA] ?? '', b: resources[LOGICAL.groupB] ?? '' };
  const balancer = listener?.balancer ?? resources[LOGICAL.balancer] ?? '';
  const host = listener?.host ?? (await hostOf(elb, balancer));
  const rule = await ensureRule({
    target,
    elb,
    groups,
    listener: listener?.arn ?? resources[LOGICAL.listener] ?? '',
    host_names: options.host_names,
    own: listener === undefined,
  });
  const secure = listener?.secure ?? options.balancer_certificate !== undefined;
  const checks = listener === undefined && options.check_from.length > 0;
  return {
    url: `${secure ? 'https' : 'http'}://${options.host_names[0] ?? host}`,
    rule,
    balancer,
    groups,
    ...(checks ? { checks: { a: `http://${host}:${CHECK_PORTS.a}`, b: `http://${host}:${CHECK_PORTS.b}` } } : {}),
  };
}

async function hostOf(elb: Awaited<ReturnType<Account['aws']['elb']>>, balancer: string): Promise<string> {
  const { LoadBalancers: [found] = [] } = await elb.describeLoadBalancers({ LoadBalancerArns: [balancer] });
  return found?.DNSName?.toLowerCase() ?? '';
}

function elsewhere({ service }: Target, { vpc }: AdoptedListener, network: Network): DeployerError {
  return new DeployerError({
    code: 'INVALID_CONFIG',
    reason: `The listener of ${service.name} is in ${vpc}, and its subnets are in ${network.vpc}`,
    fix: 'Set vpc and subnets to those of the load balancer',
  });
}
