import { ERROR_CODES, type ErrorCode, EXIT } from '../core/error-codes.ts';
import { facts, table } from '../report/table.ts';
import type { CommandResult } from './command.ts';

const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  done: 'done',
  failed: 'an operation failed',
  usage: 'wrong usage or config',
  auth: 'authentication or permission',
  refused: 'refused by a gate, a policy, a check before the deploy, or a stale plan',
  input_needed: 'input needed, but there is no terminal to ask on',
  not_found: 'not found',
  locked: 'locked by another run',
  changes: 'changes present (plan --detailed-exitcode only)',
  restored: 'health check failed and the previous version was restored',
  timeout: 'time limit',
  hangup: 'hung up (SIGHUP)',
  interrupted: 'interrupted (SIGINT)',
  terminated: 'terminated (SIGTERM)',
};

/** Variables that the command line reads, and what they do. */
export const VARIABLES: readonly (readonly [string, string])[] = [
  ['DEPLOYER_ENV', 'environment to use when --env is not given'],
  ['NO_COLOR', 'when not empty: no colour'],
  ['TERM=dumb', 'plain text, no live display'],
  ['LC_ALL, LC_CTYPE, LANG', 'without UTF-8: plain ASCII'],
  ['CI', 'no live display'],
  ['GITHUB_ACTIONS', 'log groups, annotations, step summary'],
  ['HTTPS_PROXY, HTTP_PROXY, NO_PROXY', 'handed to the commands that deployer runs'],
  ['${env:NAME} in the config', 'taken from the environment at reading'],
  ['env:NAME as a secret reference', 'read from the environment when needed'],
];

const PRECEDENCE: readonly (readonly [string, string])[] = [
  ['1. flag', '--env staging, --config other.yaml'],
  ['2. environment variable', 'DEPLOYER_ENV'],
  ['3. revisions', 'what deployer env set put over the config file'],
  ['4. config file', 'an environment, then its service, then defaults'],
  ['5. default', 'deployer schema describes each'],
];

export interface ExitCodeRow {
  readonly code: number;
  readonly name: string;
  readonly meaning: string;
}

export function exitCodes(): readonly ExitCodeRow[] {
  return Object.entries(EXIT_MEANINGS).map(([name, meaning]) => ({
    code: EXIT[name as keyof typeof EXIT],
    name,
    meaning,
  }));
}

/** Pages that can be read without a project and without a network. */
export const TOPICS: ReadonlyMap<string, () => CommandResult> = new Map([
  ['exit-codes', exitCodePage],
  ['environment', environmentPage],
  ['errors', errorsPage],
  ['precedence', precedencePage],
]);

/** One error code: what it means and what helps. */
export function errorPage(code: ErrorCode): CommandResult {
  const { exit, severity, recovery, meaning } = ERROR_CODES[code];
  return {
    document: { code, exit, severity, recovery, meaning },
    text: (style) =>
      facts(
        [
          ['code', code],
          ['meaning', meaning],
          ['exit code', `${exit}`],
          ['severity', severity],
          ['what helps', recovery],
        ],
        style,
      ),
  };
}

function exitCodePage(): CommandResult {
  const rows = exitCodes();
  return {
    document: { exit_codes: rows },
    text: (style) =>
      table(
        ['code', 'meaning'],
        rows.map(({ code, meaning }) => [String(code), meaning]),
        style,
      ),
  };
}

function environmentPage(): CommandResult {
  return {
    document: { variables: Object.fromEntries(VARIABLES) },
    text: (style) => `${table(['variable', 'what it does'], VARIABLES, style)}\n\nWhat wins: deployer help precedence`,
  };
}

function errorsPage(): CommandResult {
  const entries = Object.entries(ERROR_CODES);
  return {
    document: { errors: entries.map(([code, facts]) => ({ code, ...facts })) },
    text: (style) =>
      table(
        ['code', 'exit', 'severity', 'meaning'],
        entries.map(([code, { exit, severity, meaning }]) => [code, String(exit), severity, meaning]),
        style,
      ),
  };
}

function precedencePage(): CommandResult {
  const notes = [
    'The first one counts. Where the environment came from:',
    '  deployer config get env --show-origin',
    'There is no file per user, and nothing is written to the home folder.',
  ];
  return {
    document: { precedence: PRECEDENCE.map(([source, example]) => ({ source, example })) },
    text: (style) => [table(['source', 'for instance'], PRECEDENCE, style), '', ...notes].join('\n'),
  };
}
