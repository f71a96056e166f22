import { configurationOf } from '../core/configuration.ts';
import type { Finding } from '../core/finding.ts';
import { reveal, type Variables, type VariableValue } from '../core/secret.ts';
import { dotenvLine } from '../secrets/dotenv-text.ts';
import { refuseUnknownKeys } from './key-choice.ts';
import { findTarget } from './observe.ts';
import { presentValues } from './present-values.ts';
import { refuseErrors } from './refuse.ts';
import type { Workspace } from './workspace.ts';

export interface ExportRequest {
  readonly env: string;
  /** Default: all. */
  readonly keys?: readonly string[];
  readonly secrets: 'with' | 'without';
}

export interface Export {
  readonly env: string;
  /** By name; secrets are wrapped. */
  readonly values: Variables;
  /** Names of secrets that were asked for by nobody. */
  readonly left_out: readonly string[];
  /** Dotenv lines, secrets in the clear. */
  readonly text: string;
  readonly warnings: readonly Finding[];
}

/** An environment's values as dotenv lines that node's `parseEnv` reads back exactly. Errors of all names at once. */
export async function exportVariables(workspace: Workspace, request: ExportRequest): Promise<Export> {
  const { document } = await workspace.state.read();
  const environment = findTarget(workspace, document, request);
  const { name } = environment;
  const whole = configurationOf(environment, document.environments[name]);
  const configuration = request.secrets === 'with' ? whole : { ...whole, secrets: {} };
  const keys = request.keys && new Set(request.keys);
  if (keys) refuseUnknownKeys(keys, { ...whole.variables, ...whole.flags, ...whole.secrets }, name);
  const { values, unread, warnings } = await presentValues(workspace, environment, configuration, keys);
  const entries = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = entries.map(([key, value]) => [key, dotenvLine(key, reveal(value))] as const);
  refuseErrors([...unread.values(), ...lines.flatMap(([key, line]) => (line === undefined ? [unquotable(key)] : []))]);
  const text = `# ${name} of ${workspace.config.project}, by deployer env export\n${lines.map(([, line]) => `${line}\n`).join('')}`;
  const wanted = (key: string) => !Object.hasOwn(configuration.secrets, key) && (keys?.has(key) ?? true);
  return {
    env: name,
    values: Object.fromEntries<VariableValue>(entries),
    left_out: Object.keys(whole.secrets).filter(wanted),
    text,
    warnings,
  };
}

function unquotable(key: string): Finding {
  return {
    level: 'error',
    code: 'INVALID_ENV',
    message: `The value of ${key} cannot stand in a dotenv file so that it is read back as it is`,
    key,
    fix: `Leave it out by --keys, and hand it over another way`,
  };
}
