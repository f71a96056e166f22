/** Exit codes, a closed and published set. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  auth: 3,
  refused: 4,
  input_needed: 5,
  not_found: 6,
  locked: 7,
  changes: 8,
  restored: 9,
  timeout: 124,
  hangup: 129,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** How bad: `temporary` may pass by itself, `recoverable` needs one correction, `critical` needs a person to look. */
export type Severity = 'critical' | 'recoverable' | 'temporary';

export type RecoveryAction = 'reconnect' | 'retry' | 'manual' | 'alternative' | 'check' | 'fallback';

interface CodeFacts {
  readonly exit: ExitCode;
  readonly severity: Severity;
  readonly recovery: RecoveryAction;
  /** One sentence for `help errors`. */
  readonly meaning: string;
}

const code = (exit: ExitCode, severity: Severity, recovery: RecoveryAction, meaning: string): CodeFacts => ({
  exit,
  severity,
  recovery,
  meaning,
});

/** The closed list of error codes: what each exits with, how bad it is, what helps, and what it means. */
export const ERROR_CODES = {
  USAGE: code(EXIT.usage, 'recoverable', 'manual', 'The command line was not understood.'),
  INVALID_CONFIG: code(EXIT.usage, 'recoverable', 'manual', 'The config file has problems.'),
  AUTH_FAILED: code(
    EXIT.auth,
    'recoverable',
    'reconnect',
    'A platform, database or secret store refused the credentials.',
  ),
  INSUFFICIENT_PERMISSIONS: code(EXIT.auth, 'recoverable', 'reconnect', 'The credentials are valid but lack a right.'),
  MISSING_ENV: code(EXIT.refused, 'critical', 'manual', 'A variable that a service needs has no value.'),
  INVALID_ENV: code(EXIT.refused, 'critical', 'manual', 'A variable has a value of the wrong form.'),
  GATE_REFUSED: code(EXIT.refused, 'recoverable', 'manual', 'A gate of the environment refused the request.'),
  PLAN_STALE: code(EXIT.refused, 'recoverable', 'retry', 'State, config or sources moved since the plan was made.'),
  RUN_UNFINISHED: code(
    EXIT.refused,
    'recoverable',
    'check',
    'An earlier run was cut off and has to be resumed or rolled back first.',
  ),
  MIGRATION_REFUSED: code(EXIT.refused, 'recoverable', 'manual', 'A migration makes the request unsafe.'),
  DRIFT: code(EXIT.refused, 'recoverable', 'check', 'What runs at the platform is not what the state records.'),
  UNSUPPORTED: code(EXIT.refused, 'recoverable', 'alternative', 'The driver cannot do what is asked.'),
  PROJECT_NAME_TAKEN: code(
    EXIT.refused,
    'recoverable',
    'alternative',
    'The name belongs to somebody else on the platform.',
  ),
  CONFIRMATION_NEEDED: code(
    EXIT.input_needed,
    'recoverable',
    'manual',
    'A question had to be asked and there is no terminal.',
  ),
  NOT_FOUND: code(EXIT.not_found, 'recoverable', 'check', 'The named thing does not exist.'),
  STATE_LOCKED: code(EXIT.locked, 'temporary', 'retry', 'Another run holds the environment.'),
  HEALTH_CHECK_FAILED: code(EXIT.restored, 'critical', 'fallback', 'The new version did not become or stay healthy.'),
  BUILD_FAILED: code(
    EXIT.failed,
    'critical',
    'manual',
    'A build command failed, or what it made must not be released.',
  ),
  UPLOAD_FAILED: code(EXIT.failed, 'temporary', 'retry', 'Files could not be brought to the platform.'),
  DEPLOY_FAILED: code(EXIT.failed, 'critical', 'check', 'A release could not be placed or started.'),
  MIGRATION_FAILED: code(EXIT.failed, 'critical', 'manual', 'A database migration failed.'),
  COMMAND_FAILED: code(EXIT.failed, 'critical', 'manual', 'A release command or a one-off command failed.'),
  PLATFORM_UNAVAILABLE: code(
    EXIT.failed,
    'temporary',
    'retry',
    'A platform or server could not be reached or answered with an error.',
  ),
  RATE_LIMIT_EXCEEDED: code(
    EXIT.failed,
    'temporary',
    'retry',
    'A platform asked to slow down and the time limit passed.',
  ),
  QUOTA_EXCEEDED: code(EXIT.failed, 'critical', 'manual', 'A platform allows no more of what is needed.'),
  STATE_CONFLICT: code(EXIT.failed, 'recoverable', 'retry', 'Somebody else wrote the state in between.'),
  STATE_CORRUPT: code(EXIT.failed, 'critical', 'manual', 'The state cannot be read whole.'),
  STATE_UNAVAILABLE: code(EXIT.failed, 'critical', 'check', 'The state could not be read or written.'),
  IO_FAILED: code(EXIT.failed, 'critical', 'check', 'A file could not be read or written.'),
  TIMEOUT: code(EXIT.timeout, 'temporary', 'check', 'A time limit passed.'),
  INTERRUPTED: code(EXIT.interrupted, 'recoverable', 'retry', 'The run was interrupted and can be resumed.'),
  INTERNAL: code(EXIT.failed, 'critical', 'manual', 'A bug in deployer.'),
} as const satisfies Record<string, CodeFacts>;

export type ErrorCode = keyof typeof ERROR_CODES;
