import { DeployerError, type Failure } from '../../../core/errors.ts';
import type { HttpAnswer } from '../../../core/ports.ts';
import { printableLine } from '../../../core/text.ts';
import { askedWait } from '../../web-call.ts';
import { parseAnswer } from '../../web-service.ts';
import type { ApiError } from './types.ts';

const TOKENS = 'https://vercel.com/account/settings/tokens';
/** A quota of builds is used up for long; waiting for it is not for a run. */
const BUILD_QUOTA_WAIT = 3_600_000;
const SHOWN = 300;

type Meaning = Pick<Failure, 'code' | 'fix'>;

const CONFIG_FIX = 'Correct what it names under vercel in the config, or in the project at Vercel';
const VARIABLE: Meaning = { code: 'INVALID_ENV', fix: 'Correct the variable it names' };
const DOMAIN: Meaning = { code: 'GATE_REFUSED', fix: 'Put the domain right in the project at Vercel' };

/** What Vercel calls it → what it is here. Codes come in both cases. */
const BY_CODE: Readonly<Record<string, Meaning>> = {
  not_authenticated: { code: 'AUTH_FAILED', fix: `Make a token at ${TOKENS} and put it into VERCEL_TOKEN` },
  upgrade_required: { code: 'GATE_REFUSED', fix: 'Look at plan and billing of the account at Vercel' },
  bad_request: { code: 'INVALID_CONFIG', fix: CONFIG_FIX },
  missing_project_settings: { code: 'INVALID_CONFIG', fix: 'Set vercel.framework' },
  too_many_files: { code: 'UNSUPPORTED', fix: 'Set vercel.archive to always' },
  domain_already_in_use: {
    code: 'PROJECT_NAME_TAKEN',
    fix: 'Take the domain from the other project, or out of vercel.domains',
  },
  project_already_exists: {
    code: 'PROJECT_NAME_TAKEN',
    fix: 'Set vercel.project to it, to use it, or to another name',
  },
  alias_in_use: { code: 'PROJECT_NAME_TAKEN', fix: 'Set vercel.alias to another name' },
  invalid_alias: { code: 'INVALID_CONFIG', fix: 'Correct vercel.alias' },
  builds_rate_limited: {
    code: 'RATE_LIMIT_EXCEEDED',
    fix: 'Wait until the quota of builds begins anew, or set vercel.content to prebuilt',
  },
  missing_build_script: { code: 'BUILD_FAILED', fix: 'Set vercel.build_command' },
  conflicting_file_path: { code: 'BUILD_FAILED', fix: 'Rename one of the files' },
  conflicting_path_segment: { code: 'BUILD_FAILED', fix: 'Rename one of the files' },
  deployment_not_ready: { code: 'DEPLOY_FAILED', fix: 'Deploy again' },
  gone: { code: 'DEPLOY_FAILED', fix: 'Deploy again' },
  cert_missing: DOMAIN,
  cert_expired: DOMAIN,
  domain_configured: DOMAIN,
  domain_not_verified: DOMAIN,
  domain_missing: DOMAIN,
  not_domain_owner: DOMAIN,
  env_conflict: VARIABLE,
  env_already_exists: VARIABLE,
  existing_key_and_target: VARIABLE,
  key_reserved: VARIABLE,
  reserved_env_variable: VARIABLE,
  key_invalid_characters: VARIABLE,
  key_invalid_length: VARIABLE,
  invalid_key: VARIABLE,
  invalid_value: VARIABLE,
  value_invalid_length: VARIABLE,
  value_invalid_type: VARIABLE,
  env_value_invalid_type: VARIABLE,
  max_envs_exceeded: VARIABLE,
  env_value_invalid_length: VARIABLE,
  system_env_with_value: VARIABLE,
  not_decryptable: VARIABLE,
  too_many_keys: VARIABLE,
  branch_not_found: VARIABLE,
};

const AGAIN = 'Try again later';
const BY_STATUS: Readonly<Record<number, Meaning>> = {
  401: { code: 'AUTH_FAILED', fix: `Make a token at ${TOKENS} and put it into VERCEL_TOKEN` },
  402: { code: 'GATE_REFUSED', fix: 'Look at plan and billing of the account at Vercel' },
  403: { code: 'INSUFFICIENT_PERMISSIONS', fix: 'Give the token the scope of this team, or correct vercel.team' },
  404: { code: 'NOT_FOUND', fix: 'Look whether it was removed at Vercel, and deploy again' },
  408: { code: 'PLATFORM_UNAVAILABLE', fix: AGAIN },
  413: { code: 'UNSUPPORTED', fix: 'Set vercel.archive to always, or make the file smaller' },
  422: { code: 'GATE_REFUSED', fix: 'Deploy the version again instead' },
  429: { code: 'RATE_LIMIT_EXCEEDED', fix: AGAIN },
};

/** `error` of an answer, in each of the places where Vercel puts it; empty when it is none of them. */
export function errorOf({ body }: Pick<HttpAnswer, 'body'>): ApiError {
  const answer = parseAnswer(body) ?? {};
  const inner = answer.error ?? answer.err;
  return (typeof inner === 'object' && inner !== null ? inner : answer) as ApiError;
}

/** What an answer that says no means: code, what Vercel said as detail, what to do. */
export function meaningOf(answer: HttpAnswer, now: number): Meaning & Pick<Failure, 'detail' | 'retry_after_ms'> {
  const error = errorOf(answer);
  const code = typeof error.code === 'string' ? error.code.toLowerCase() : '';
  const wait = waitOf(answer, error, now);
  return {
    ...(forbidden(code, error) ?? own(BY_CODE, code) ?? BY_STATUS[answer.status] ?? other(answer.status)),
    detail: said(error),
    ...(wait === undefined ? {} : { retry_after_ms: wait }),
  };
}

export function callFailure(doing: string, answer: HttpAnswer, now: number): DeployerError {
  const { code } = errorOf(answer);
  const named = typeof code === 'string' ? `, ${printableLine(code).slice(0, 60)}` : '';
  return new DeployerError({
    reason: `Vercel could not ${doing} (status ${answer.status}${named})`,
    ...meaningOf(answer, now),
  });
}

function own(table: Readonly<Record<string, Meaning>>, code: string): Meaning | undefined {
  return Object.hasOwn(table, code) ? table[code] : undefined;
}

function forbidden(code: string, { saml, invalidToken }: ApiError): Meaning | undefined {
  if (code !== 'forbidden') return undefined;
  if (saml) return { code: 'AUTH_FAILED', fix: `Log in to the team by SAML, and make a token for it at ${TOKENS}` };
  return invalidToken ? BY_STATUS[401] : undefined;
}

function other(status: number): Meaning {
  return status >= 500
    ? { code: 'PLATFORM_UNAVAILABLE', fix: 'See https://www.vercel-status.com, and try again' }
    : { code: 'DEPLOY_FAILED', fix: 'See what it said' };
}

function waitOf(answer: HttpAnswer, { code, limit }: ApiError, now: number): number | undefined {
  const asked = askedWait(answer, now);
  if (code === 'builds_rate_limited') return Math.max(asked ?? 0, BUILD_QUOTA_WAIT);
  if (asked !== undefined || answer.status !== 429 || typeof limit?.reset !== 'number') return asked;
  return Math.max(0, limit.reset * 1_000 - now);
}

function said({ message, dataPath, keyword, key, envVarKey, name }: ApiError): readonly string[] {
  const where = [dataPath, keyword, envVarKey ?? key, name].filter((text) => typeof text === 'string' && text !== '');
  const lines = [typeof message === 'string' ? message : '', where.length > 0 ? `about: ${where.join(', ')}` : ''];
  return lines.filter((line) => line !== '').map((line) => printableLine(line.trim()).slice(0, SHOWN));
}
