import { isVariableName } from '../../core/name.ts';
import { publicName } from '../../core/public-name.ts';

/** Set by platforms, shells, test runners and frameworks: no owner has to. */
const GIVEN = new Set(
  [
    'NODE_ENV PORT HOST HOSTNAME CI PATH HOME PWD TZ LANG LC_ALL USER LOGNAME SHELL TERM TMPDIR TEMP TMP EDITOR DEBUG NODE_OPTIONS',
    'NO_COLOR FORCE_COLOR COLUMNS NODE_PATH NODE_TLS_REJECT_UNAUTHORIZED INIT_CWD APPDATA LOCALAPPDATA USERPROFILE',
    'NEXT_RUNTIME NEXT_PHASE TURBOPACK ANALYZE JEST_WORKER_ID VITEST STORYBOOK',
    'VERCEL NOW_REGION NETLIFY CONTEXT DEPLOY_URL DEPLOY_PRIME_URL RENDER DYNO FLY_APP_NAME FLY_REGION K_SERVICE K_REVISION',
    'GITHUB_ACTIONS GITHUB_SHA GITHUB_REF GITHUB_REPOSITORY GITHUB_TOKEN GITHUB_RUN_ID GITLAB_CI CIRCLECI',
    'AWS_LAMBDA_FUNCTION_NAME AWS_EXECUTION_ENV LAMBDA_TASK_ROOT FUNCTIONS_WORKER_RUNTIME KUBERNETES_SERVICE_HOST',
    'PYTHONPATH PYTHONUNBUFFERED VIRTUAL_ENV DJANGO_SETTINGS_MODULE FLASK_ENV FLASK_APP WEB_CONCURRENCY',
    'RAILS_ENV RACK_ENV RAILS_MAX_THREADS RAILS_MIN_THREADS RAILS_LOG_LEVEL RAILS_SERVE_STATIC_FILES RAILS_LOG_TO_STDOUT',
    'BUNDLE_GEMFILE SECRET_KEY_BASE_DUMMY PIDFILE GOPATH GOOS GOARCH GOMAXPROCS SOURCE_DATE_EPOCH',
    'TARGETPLATFORM TARGETOS TARGETARCH TARGETVARIANT BUILDPLATFORM BUILDOS BUILDARCH BUILDVARIANT',
    'HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy ALL_PROXY FTP_PROXY',
  ].flatMap((line) => line.split(' ')),
);
const GIVEN_GROUPS =
  /^(?:npm_|VERCEL_|NEXT_PUBLIC_VERCEL_|RAILWAY_|RENDER_|HEROKU_|CF_PAGES|FLY_|NETLIFY_|GITHUB_RUN|_)/;
/** The code always runs without them, however it reads them. */
const NEVER_NEEDED = /^(?:LOG_LEVEL|LOG_FORMAT|VERBOSE|SENTRY_\w+|\w+_SENTRY_DSN|\w*_DEBUG|DEBUG_\w+)$/;

/** Members of `import.meta.env` that bundlers set. */
export const BUNDLER_GIVEN: ReadonlySet<string> = new Set([
  'MODE',
  'DEV',
  'PROD',
  'SSR',
  'BASE_URL',
  'SITE',
  'ASSETS_PREFIX',
]);

/** Whether somebody has to give a value of this name. */
export function isOwners(key: string): boolean {
  return isVariableName(key) && !GIVEN.has(key) && !GIVEN_GROUPS.test(key);
}

export function isNeverNeeded(key: string): boolean {
  return NEVER_NEEDED.test(key);
}

/** Whether the value becomes part of what is built, and so of what every visitor can read. */
export function isBuiltIn(key: string): boolean {
  return publicName(key)?.at === 'build';
}

/** `DATABASE_URL`: what a function called with it most likely looks up. */
export function isConstantName(text: string): boolean {
  return /^[A-Z][A-Z0-9_]{2,127}$/.test(text);
}
