import type { CommandSpec } from '../command.ts';
import {
  chooseEnvironment,
  flagOption,
  listOption,
  openProject,
  positive,
  runOptions,
  runResult,
  textOption,
} from '../project.ts';
import { FORCE_OPTION, RUN_OPTIONS, SERVICE_OPTION } from '../run-options.ts';

export const spec: CommandSpec = {
  effect: 'write',
  description:
    'Plans, asks where the environment is protected, and runs: builds, migrations, releases, traffic, health checks.',
  options: [
    SERVICE_OPTION,
    { flags: '--version-name <name>', description: 'a name for the new version, such as v3.2' },
    { flags: '--plan <file>', description: 'run exactly this saved plan' },
    { flags: '--canary <percent>', description: 'send only this share of traffic to the new version' },
    FORCE_OPTION,
    ...RUN_OPTIONS,
  ],
  examples: [
    'deployer deploy',
    'deployer deploy --env production --yes',
    'deployer deploy --canary 10',
    'deployer deploy --plan plan.json',
  ],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { deploy } = await import('../../workflows/deploy.ts');
    const { options } = invocation;
    const saved = textOption(options, 'plan');
    const approved = saved
      ? await (await import('../saved-plan.ts')).readSavedPlan(invocation.globals.cwd, saved)
      : undefined;
    const services = listOption(options, 'service');
    const versionName = textOption(options, 'versionName');
    const report = await deploy(
      workspace,
      {
        env: approved?.env ?? (await chooseEnvironment(invocation, workspace)).name,
        ...(approved ? { approved } : {}),
        ...(services.length ? { services } : {}),
        ...(versionName ? { versionName } : {}),
        ...(options.canary === undefined ? {} : { canaryPercent: positive(options.canary, '--canary') }),
        ...(flagOption(options, 'force') ? { force: true } : {}),
      },
      await runOptions(invocation, workspace),
    );
    return runResult(report, invocation, workspace);
  },
};
