import type { DatabaseDraft, ProjectDraft, ServiceDraft } from '../core/draft.ts';
import { publicName } from '../core/public-name.ts';
import { printableLine } from '../core/text.ts';

/** Texts that YAML reads as themselves without quotes, in maps and lists of either style. */
const PLAIN = /^[A-Za-z./][A-Za-z0-9 ./_@=+-]*$/;
const OTHER_MEANING = /^(?:true|false|null|yes|no|on|off|\.inf|\.nan)$/i;

/** The driver of all services, and what it does, in a few words. */
const DRIVERS = {
  local: 'runs everything on this machine; no account needed',
  docker: 'runs everything in containers of the engine here; docker.hosts names others',
} as const;

export type RenderedDriver = keyof typeof DRIVERS;

/** The YAML that `init` writes: short, with notes, and valid. */
export function renderConfig(draft: ProjectDraft, driver: RenderedDriver = 'local'): string {
  return [
    '# What deployer deploys, and where. "deployer schema" prints all keys with their meaning.',
    'version: 1',
    `project: ${text(draft.project)}`,
    '',
    'defaults:',
    `  driver: ${driver} # ${DRIVERS[driver]}`,
    '',
    ...renderServices(draft.services, driver),
    ...renderDatabases(draft.databases),
    ...renderEnvironments(draft),
    '',
  ].join('\n');
}

function renderServices(services: readonly ServiceDraft[], driver: RenderedDriver): string[] {
  return services.length === 0 ? [] : ['services:', ...services.flatMap((one) => renderService(one, driver)), ''];
}

function renderService(service: ServiceDraft, driver: RenderedDriver): string[] {
  const { name, path, framework, start, spa } = service;
  return [
    `  ${text(name)}: # ${printableLine(framework)}`,
    `    path: ${text(path)}`,
    ...renderBuild(service, driver),
    ...(start === undefined ? [] : renderStart(start, driver)),
    ...renderEnv(service),
    ...(spa && driver === 'local' ? ['    local: { spa: true } # paths without a file get index.html'] : []),
  ];
}

/** One line for each, with the place that shows the need where that is known. */
function renderEnv({ env, evidence }: ServiceDraft): string[] {
  if (env.length === 0) return [];
  if (!evidence) return [`    env: [${env.map(text).join(', ')}]`];
  return ['    env:', ...env.map((key) => `      - ${text(key)}${noted(evidence[key])}`)];
}

function noted(place: string | undefined): string {
  return place === undefined ? '' : ` # ${printableLine(place)}`;
}

/** How an image is built and what it starts stands in its Dockerfile. */
function renderStart(start: string, driver: RenderedDriver): string[] {
  const health = '    # health: /healthz # answers 200 once it is ready';
  return driver === 'local' ? [`    start: ${command(start)}`, health] : [health];
}

/** With the variables whose values it puts into what browsers load. */
function renderBuild({ build, env }: ServiceDraft, driver: RenderedDriver): string[] {
  const { command: line, output } = (driver === 'local' && build) || {};
  const builtIn = env.filter((key) => publicName(key)?.at === 'build');
  const lines = [
    ...(line === undefined ? [] : [`      command: ${command(line)}`]),
    ...(output === undefined ? [] : [`      output: ${text(output)}`]),
    ...(builtIn.length === 0 ? [] : [`      env: [${builtIn.map(text).join(', ')}] # put into what browsers load`]),
  ];
  return lines.length === 0 ? [] : ['    build:', ...lines];
}

function renderDatabases(databases: readonly DatabaseDraft[]): string[] {
  return databases.length === 0 ? [] : ['databases:', ...databases.flatMap(renderDatabase), ''];
}

function renderDatabase({ name, connection_env, engine, path }: DatabaseDraft): string[] {
  return [
    `  ${text(name)}:`,
    `    connection_env: ${text(connection_env)} # a variable or secret of each environment`,
    '    migrations:',
    `      engine: ${text(engine)}`,
    `      path: ${text(path)}`,
  ];
}

function renderEnvironments({ services, databases }: ProjectDraft): string[] {
  const names = neededVariables({ services, databases });
  return [
    'environments:',
    '  dev:',
    '    mode: dev',
    '    # variables: { LOG_LEVEL: debug }',
    ...renderSecrets(names, ''),
    '  staging:',
    '    mode: staging',
    ...renderSecrets(names, 'STAGING_'),
    '  production:',
    '    mode: production # asks before it changes anything',
    '    promote_from: [staging] # takes only what ran there',
    ...renderSecrets(names, 'PRODUCTION_'),
  ];
}

/** What a deploy asks for, each name once. */
export function neededVariables({ services, databases }: Pick<ProjectDraft, 'services' | 'databases'>): string[] {
  const names = [...services.flatMap(({ env }) => env), ...databases.map(({ connection_env }) => connection_env)];
  return [...new Set(names)];
}

/** A reference for everything that is needed: what is no secret may move to `variables`. */
function renderSecrets(names: readonly string[], prefix: string): string[] {
  if (names.length === 0) return [];
  return [
    '    secrets: # references to variables that deployer is started with, never values',
    ...names.map((name) => `      ${text(name)}: ${text(`env:${prefix}${name}`)}`),
  ];
}

/** A command keeps its text: what looks like an interpolation is escaped. */
function command(line: string): string {
  return text(line.replaceAll('${env:', (reference) => `$${reference}`));
}

/** Plain where that is safe; else in double quotes, which YAML reads as JSON does. */
function text(value: string): string {
  const isPlain = PLAIN.test(value) && !OTHER_MEANING.test(value) && value === value.trim();
  return isPlain ? value : JSON.stringify(value);
}
