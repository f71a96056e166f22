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

const VARIABLES: readonly (readonly [string, string])[] = [
  ['DEPLOYER_ENV', 'environment to use when --env is not given'],
  ['NO_COLOR', 'when not empty: no colour'],
  ['TERM=dumb', 'plain text, no live display'],
  ['CI', 'no live display, no questions'],
  ['GITHUB_ACTIONS', 'log groups and annotations for GitHub Actions'],
  ['HTTPS_PROXY, HTTP_PROXY, NO_PROXY', 'handed to the commands that deployer runs'],
  ['${env:NAME} in the config', 'taken from the environment when the config is read'],
  ['env:NAME as a secret reference', 'read from the environment when a run needs it'],
];

type Page = () => CommandResult;

/** Pages that can be read without a network. */
export const TOPICS: Readonly<Record<string, Page>> = {
  'exit-codes': () => {
    const rows = Object.entries(EXIT_MEANINGS).map(([name, meaning]) => ({
      code: EXIT[name as keyof typeof EXIT],
      name,
      meaning,
    }));
    // `help exit-codes --json` is a plain list, so that scripts can map over it.
    return {
      document: { exit_codes: rows },
      raw: table(
        ['code', 'meaning'],
        rows.map(({ code, meaning }) => [String(code), meaning]),
      ),
    };
  },
  environment: () => ({
    document: { variables: Object.fromEntries(VARIABLES) },
    raw: `${table(['variable', 'what it does'], VARIABLES)}\n\nWhat wins: a flag, then the environment, then the config file, then the default.\nWhere a value came from: deployer config get env`,
  }),
  errors: () => ({
    document: { errors: Object.entries(ERROR_CODES).map(([code, rest]) => ({ code, ...rest })) },
    raw: table(
      ['code', 'exit', 'severity', 'meaning'],
      Object.entries(ERROR_CODES).map(([code, { exit, severity, meaning }]) => [code, String(exit), severity, meaning]),
    ),
  }),
};

export function topic(name: string): CommandResult {
  return TOPICS[name]?.() ?? {};
}

export function errorPage(code: ErrorCode): CommandResult {
  const { exit, severity, recovery, meaning } = ERROR_CODES[code];
  return {
    document: { code, exit, severity, recovery, meaning },
    raw: facts([
      ['code', code],
      ['meaning', meaning],
      ['exit code', `${exit}`],
      ['severity', severity],
      ['what helps', recovery],
    ]),
  };
}
