import { DeployerError } from '../../core/errors.ts';
import type { CommandSpec, Invocation } from '../command.ts';
import { chooseEnvironment, openProject } from '../project.ts';
import { stdout } from '../streams.ts';

export const spec: CommandSpec = {
  effect: 'read',
  outputs: ['open'],
  description: 'Prints the URL of an environment and, on a terminal, opens it in the browser.',
  examples: ['deployer open --env staging'],
  async run(invocation) {
    const workspace = await openProject(invocation);
    const { findTarget, requireState } = await import('../../workflows/observe.ts');
    const { urlsOf } = await import('../../workflows/report-run.ts');
    const { document } = await workspace.state.read();
    const env = findTarget(workspace, document, { env: (await chooseEnvironment(invocation, workspace)).name }).name;
    const { url, urls } = urlsOf(requireState(document, env));
    if (!url) throw withoutUrl(env);
    if (stdout.isTTY && !invocation.globals.json) await openInBrowser(invocation, url);
    return { document: { env, url, urls }, text: () => url };
  },
};

async function openInBrowser({ runtime, globals }: Invocation, url: string): Promise<void> {
  const { processes } = await runtime();
  const program = process.platform === 'darwin' ? 'open' : 'xdg-open';
  await processes.run({ argv: [program, url], cwd: globals.cwd, env: {}, timeout: 5_000 });
}

function withoutUrl(env: string): DeployerError {
  return new DeployerError({
    code: 'NOT_FOUND',
    reason: `${env} has no URL`,
    fix: `See: deployer status --env ${env}`,
    stage: 'state',
  });
}
