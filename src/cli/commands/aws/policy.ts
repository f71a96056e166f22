import type { Config } from '../../../core/config.ts';
import type { CommandSpec } from '../../command.ts';
import { openProject } from '../../project.ts';
import { usage } from '../../usage.ts';
import { textOf } from '../../values.ts';

/** Those that services name, in any environment. */
function bucketsIn({ environments }: Config): readonly string[] {
  const services = Object.values(environments).flatMap((one) => Object.values(one.services));
  const named = services.flatMap(({ driver, options }) => (driver === 'aws' ? [options['bucket']] : []));
  return [...new Set(named.filter((name) => typeof name === 'string'))].sort();
}

export const spec: CommandSpec = {
  effect: 'read',
  outputs: ['aws-policy'],
  description:
    'Prints the least IAM policy with which services of one kind are provisioned, deployed and destroyed, for names of this project.',
  options: [{ flags: '--kind <kind>', description: 'static, container or function' }],
  examples: ['deployer aws policy --kind function > policy.json'],
  async run(invocation) {
    const { KINDS } = await import('../../../drivers/aws/options/shared.ts');
    const kind = KINDS.find((one) => one === textOf(invocation.options, 'kind'));
    if (!kind) throw usage('--kind says for which kind of service', `One of ${KINDS.join(', ')}`);
    const { config } = await openProject(invocation);
    const { policyOf } = await import('../../../drivers/aws/policy.ts');
    const policy = await policyOf({
      kind,
      project: config.project,
      buckets: kind === 'static' ? bucketsIn(config) : [],
    });
    return { raw: `${JSON.stringify(policy, null, 2)}\n`, document: { kind, policy } };
  },
};
