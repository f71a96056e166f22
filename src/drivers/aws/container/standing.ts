import type { Target } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';
import type { Account } from '../account.ts';
import type { ContainerOptions } from '../options/container.ts';
import { namesOf } from './names.ts';
import { type Places, requireSamePlace } from './places.ts';

/**
 * What a target keeps for its life: account, region, and the load balancer. Target groups belong to one load balancer, and
 * users of another one would lose the service without notice.
 */
export function requireStanding(target: Target, account: Account<ContainerOptions>): void {
  const places = target.resource as unknown as Places | null;
  if (places === null) return;
  requireSamePlace(target, account, places);
  const { worker, listener } = account.options;
  const { entrance } = places;
  if (worker !== (entrance === undefined)) throw moved(target, 'worker', 'whether it has a load balancer');
  if (entrance && !`${entrance.balancer}/`.includes(`:loadbalancer/${balancerOf(target, listener)}/`))
    throw moved(target, 'listener', 'its load balancer');
}

/** As ARNs name it: `app/main/50dc6c495c0c9188`, or the beginning of that for one of ours. */
function balancerOf(target: Target, listener: string | undefined): string {
  const [, name] = listener?.split(':listener/') ?? [];
  return name === undefined ? `app/${namesOf(target).balancer}` : name.split('/').slice(0, -1).join('/');
}

function moved({ service, environment }: Target, option: string, what: string): DeployerError {
  const reason = `${service.name} of ${environment} stands, and ${what} cannot be changed under its users`;
  const fix = `Leave aws.${option} as it was, or deploy it under another name and remove this one afterwards`;
  const path = `services.${service.name}.aws.${option}`;
  return new DeployerError({
    code: 'UNSUPPORTED',
    reason,
    fix,
    findings: [{ level: 'error', code: 'UNSUPPORTED', message: reason, path, fix }],
  });
}
