import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { list } from '../../core/text.ts';
import { facts } from '../../report/table.ts';
import type { CommandResult, CommandSpec, Invocation } from '../command.ts';
import { openProject } from '../project.ts';
import { flagOf } from '../values.ts';

export const spec: CommandSpec = {
  effect: 'write',
  outputs: ['init'],
  description: 'Looks at the folder and writes a deploy.config.yaml that validates. Never overwrites.',
  options: [
    { flags: '--print', description: 'print it instead of writing it' },
    {
      flags: '--dockerfile',
      description:
        'for the Docker driver: write out the Dockerfiles that would be generated, beside a config that is there too',
    },
  ],
  examples: ['deployer init', 'deployer init --print', 'deployer init --dockerfile'],
  async run(invocation) {
    const { options, globals } = invocation;
    const dockerfile = flagOf(options, 'dockerfile');
    const mode = flagOf(options, 'print') ? 'print' : 'write';
    if (dockerfile && mode === 'write' && isConfigured(invocation)) return writeDockerfiles(invocation);
    const { initProject } = await import('../../workflows/init.ts');
    const found = await initProject({ cwd: globals.cwd, mode, driver: dockerfile ? 'docker' : 'local' });
    if (mode === 'print') return { raw: found.text, document: { ...found } };
    return dockerfile ? writeDockerfiles(invocation, found) : writtenConfig(found);
  },
};

type Init = Awaited<ReturnType<typeof import('../../workflows/init.ts')['initProject']>>;

function isConfigured({ globals }: Invocation): boolean {
  return globals.config !== undefined || existsSync(join(globals.cwd, 'deploy.config.yaml'));
}

async function writtenConfig({ file, draft }: Init): Promise<CommandResult> {
  const lines = await configLines({ file, draft });
  return { document: { status: 'success', file, draft }, text: (style) => facts(lines, style) };
}

type Line = readonly [string, string];

async function configLines({ file, draft }: Pick<Init, 'file' | 'draft'>): Promise<Line[]> {
  const { neededVariables } = await import('../../config/render.ts');
  return [
    ['written', file],
    ...draft.services.map(({ name, framework, path }): Line => [name, `${framework} in ${path}`]),
    ['next', nextSteps(neededVariables(draft))],
  ];
}

/** The config stays, also when no Dockerfile can be written beside it: the failure says so. */
async function writeDockerfiles(invocation: Invocation, init?: Init): Promise<CommandResult> {
  const workspace = await openProject(invocation);
  const { writeGenerated } = await import('../../workflows/write-generated.ts');
  const written = await writeGenerated(workspace, invocation.globals.env);
  const lines = [
    ...written.map(({ path }): Line => ['written', join(workspace.config.root, path)]),
    ...(init ? await configLines(init) : afterwards(written)),
  ];
  const { file } = workspace.config;
  return {
    document: { status: 'success', file, ...(init ? { draft: init.draft } : {}), written },
    text: (style) => facts(lines, style),
  };
}

function afterwards(written: readonly { readonly obsolete?: string }[]): readonly Line[] {
  const commands = [...new Set(written.flatMap(({ obsolete }) => obsolete ?? []))];
  return commands.length === 0 ? [] : [['next', `take ${list(commands)} out: the Dockerfile does it now`]];
}

function nextSteps(needed: readonly string[]): string {
  return `${needed.length > 0 ? `set ${list(needed)}, then ` : ''}deployer validate, then deployer deploy`;
}
