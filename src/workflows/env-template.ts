import { configurationOf } from '../core/configuration.ts';
import { findTarget } from './observe.ts';
import type { Wanted } from './wanted-variables.ts';
import { wantedVariables } from './wanted-variables.ts';
import type { Workspace } from './workspace.ts';

export interface Template {
  readonly text: string;
  readonly variables: readonly Wanted[];
}

/** The text of a `.env.example`: every variable that is asked for, by name. The same project gives the same text. */
export async function envTemplate(workspace: Workspace, request: { env: string; service?: string }): Promise<Template> {
  const { document } = await workspace.state.read();
  const environment = findTarget(workspace, document, request);
  const configuration = configurationOf(environment, document.environments[environment.name]);
  const { service } = request;
  const wish = service === undefined ? { configuration } : { configuration, service };
  const variables = await wantedVariables(workspace, environment, wish);
  const subject = service ?? workspace.config.project;
  const head = `# What ${subject} needs, by deployer env template. Copy it to .env, which stays out of git, and fill it in.\n`;
  return { text: [head, ...variables.map(entry)].join('\n'), variables };
}

/** What may be left out stands behind a `#`, so that nobody takes it for required. */
function entry({ spec: { key, description, example, required, sensitive } }: Wanted): string {
  const facts = [required ? 'required' : 'optional', ...(sensitive ? ['secret'] : [])].join(', ');
  const lines = [
    ...(description === undefined ? [] : description.split('\n')),
    `${facts}${example === undefined ? '' : `; such as ${example.replace(/\s+/g, ' ')}`}`,
  ];
  return `${lines.map((line) => `# ${line}\n`).join('')}${required ? '' : '# '}${key}=\n`;
}
