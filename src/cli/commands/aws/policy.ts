import type { Config } from '../../../core/config.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { CommandSpec } from '../../command.ts';
import { openProject } from '../../project.ts';
import { usage } from '../../usage.ts';
import { textOf } from '../../values.ts';

/** Of services of the kind, in any environment. */
function optionsIn({ environments }: Config, kind: string): readonly JsonObject[] {
  const services = Object.values(environments).flatMap((one) => Object.values(one.services));
  return services.flatMap(({ driver, options }) => (driver === 'aws' && options['kind'] === kind ? [options] : []));
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
    const [{ policyOf }, { namedBy }] = await Promise.all([
      import('../../../drivers/aws/policy.ts'),
      import('../../../drivers/aws/named.ts'),
    ]);
    const policy = await policyOf({ kind, project: config.project, named: namedBy(optionsIn(config, kind)) });
    return { raw: `${JSON.stringify(policy, null, 2)}\n`, document: { kind, policy } };
  },
};
