import { DeployerError } from '../core/errors.ts';
import type { Workspace } from '../workflows/workspace.ts';
import type { Invocation, Question } from './command.ts';
import { given } from './values.ts';

/** The project of a command line. `--config -` reads its config from stdin. */
export async function openProject({ runtime, globals }: Invocation): Promise<Workspace> {
  const [{ openWorkspace }, world] = await Promise.all([import('../workflows/workspace.ts'), runtime()]);
  const { cwd, config } = globals;
  const text = config === '-' ? await (await import('./stdin.ts')).readStdin('config') : undefined;
  return openWorkspace(world, { cwd, ...given({ config, text }) });
}

export interface ChosenEnvironment {
  readonly name: string;
  /** What said so, for `config get env --show-origin`. */
  readonly origin: string;
}

/** The environment of a command line: `--env`, `DEPLOYER_ENV`, or the config's own choice. */
export async function chooseEnvironment({ globals }: Invocation, workspace: Workspace): Promise<ChosenEnvironment> {
  if (globals.env) return { name: globals.env, origin: '--env' };
  const { DEPLOYER_ENV } = workspace.runtime.environment;
  if (DEPLOYER_ENV) return { name: DEPLOYER_ENV, origin: 'DEPLOYER_ENV' };
  const { defaultEnvironment } = await import('../config/environments.ts');
  return defaultEnvironment(workspace.config);
}

/** The environment of a command that also takes its name as an argument. Two different names are refused. */
export async function namedEnvironment(invocation: Invocation, workspace: Workspace): Promise<string> {
  const [named] = invocation.args;
  const { env } = invocation.globals;
  if (named === undefined) return (await chooseEnvironment(invocation, workspace)).name;
  if (env === undefined || env === named) return named;
  const { usage } = await import('./usage.ts');
  throw usage(`Two environments are named: ${named}, and ${env} by --env`, 'Name one of them');
}

/** Goes on after a yes; anything else is `GATE_REFUSED`. */
export async function insist({ confirm }: Invocation, question: Question): Promise<void> {
  if (await confirm(question)) return;
  throw new DeployerError({
    code: 'GATE_REFUSED',
    reason: 'Not confirmed; nothing was changed',
    fix: `Confirm it at the question, or with ${question.flag}`,
    stage: 'usage',
  });
}
