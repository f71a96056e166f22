import type { Workspace } from '../../workflows/workspace.ts';
import type { CommandSpec, Invocation } from '../command.ts';
import { CANARY_OPTION, FORCE_OPTION, RUN_OPTIONS, SERVICE_OPTION, wishesOf } from '../run-options.ts';
import { runVerb } from '../run-verb.ts';
import { given, textOf } from '../values.ts';

export const spec: CommandSpec = {
  effect: 'write',
  outputs: ['run'],
  description:
    'Plans, asks where the environment is protected or something will cost money while idle, and runs: builds, migrations, releases, traffic, health checks.',
  options: [
    SERVICE_OPTION,
    { flags: '--version-name <name>', description: 'a name for the new version, such as v3.2' },
    { flags: '--plan <file>', description: 'run exactly this saved plan; - is stdin', type: 'file' },
    CANARY_OPTION,
    FORCE_OPTION,
    ...RUN_OPTIONS,
  ],
  examples: [
    'deployer deploy',
    'deployer deploy --env production --yes',
    'deployer deploy --canary 10',
    'deployer deploy --plan plan.json',
  ],
  run: (invocation) =>
    runVerb(invocation, async ({ workspace, running, env }) => {
      const { deploy } = await import('../../workflows/deploy.ts');
      const { options } = invocation;
      const saved = textOf(options, 'plan');
      const approved = saved && (await approvedPlan(invocation, workspace, saved));
      const request = { ...wishesOf(options), ...given({ versionName: textOf(options, 'versionName') }) };
      return approved
        ? deploy(workspace, { ...request, env: approved.env, approved }, running)
        : deploy(workspace, { ...request, env: await env() }, running);
    }),
};

/** A saved plan says itself what it is about. */
async function approvedPlan(invocation: Invocation, workspace: Workspace, file: string) {
  const { options, globals } = invocation;
  const { readSavedPlan, refuseOtherEnvironment, refuseWishes } = await import('../saved-plan.ts');
  refuseWishes(wishesOf(options));
  const plan = await readSavedPlan(globals.cwd, file);
  if (globals.env) await refuseOtherEnvironment(workspace, { plan, typed: globals.env });
  return plan;
}
