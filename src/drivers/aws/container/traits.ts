import type { Mode } from '../../../core/config.ts';
import type { Capability, Creation, TargetTraits } from '../../../core/driver.ts';
import { count } from '../../../core/text.ts';
import type { ContainerOptions } from '../options/container.ts';

/** A worker is replaced where it stands: it has no users to be moved. */
export function containerTraits(
  options: ContainerOptions,
  capabilities: readonly Capability[],
  mode: Mode,
): TargetTraits {
  const moved: readonly Capability[] = ['switch', 'weights', 'metrics', 'rollback'];
  return {
    artifact: 'image',
    capabilities: options.worker ? capabilities.filter((one) => !moved.includes(one)) : capabilities,
    creates: creations(options, mode),
    adopts: adoptions(options),
  };
}

function adoptions(options: ContainerOptions): readonly string[] {
  const { vpc, subnets, cluster, listener, repository, execution_role, task_role } = options;
  const given = { vpc, cluster, listener, repository, 'execution role': execution_role, 'task role': task_role };
  const named = Object.entries(given).flatMap(([what, name]) => (name === undefined ? [] : [`the ${what} ${name}`]));
  return [...named, ...(subnets ?? []).map((subnet) => `the subnet ${subnet}`)];
}

function creations(options: ContainerOptions, mode: Mode): readonly Creation[] {
  const { worker, listener, cluster, repository } = options;
  const size = `${options.task_cpu / 1024} vCPU and ${options.task_memory} MiB`;
  const tasks = count(mode === 'preview' ? 1 : options.replicas, 'task');
  const more = worker ? '' : ', and as many again while a new release is checked or has a share';
  return [
    ...(worker || listener ? [] : [{ what: 'a load balancer with two public addresses', costs: true as const }]),
    { what: `${tasks} of ${size}, each with a public address where its subnet is public${more}`, costs: true },
    ...(repository ? [] : [{ what: 'a repository of images, paid by size', costs: true as const }]),
    { what: `a log group, kept for ${count(options.log_retention_days, 'day')}, paid by size` },
    ...(cluster ? [] : [{ what: 'a cluster' }]),
    { what: worker ? 'a security group and two roles' : 'target groups, security groups and two roles' },
  ];
}
