import type { DriverContext } from '../../../core/driver.ts';
import { DeployerError } from '../../../core/errors.ts';

/** What a request goes as. Railway takes each kind in a header of its own. */
export interface Token {
  /** `account`: of an account or a workspace. `project`: of one environment of one project. */
  readonly kind: 'account' | 'project';
  readonly variable: 'RAILWAY_API_TOKEN' | 'RAILWAY_TOKEN';
  readonly value: string;
}

export const TOKENS_PAGE = 'https://railway.com/account/tokens';

/** As Railway's own tool has it, the token of a project goes first. */
export function tokenOf({ credentials }: Pick<DriverContext, 'credentials'>): Token {
  const project = credentials['RAILWAY_TOKEN']?.reveal() ?? '';
  const account = credentials['RAILWAY_API_TOKEN']?.reveal() ?? '';
  if (project === '' && account === '') throw unusable('Neither RAILWAY_API_TOKEN nor RAILWAY_TOKEN is set');
  const token: Token =
    project === ''
      ? { kind: 'account', variable: 'RAILWAY_API_TOKEN', value: account }
      : { kind: 'project', variable: 'RAILWAY_TOKEN', value: project };
  if (/^[\w.~+/=-]+$/.test(token.value)) return token;
  throw unusable(`${token.variable} is no token of Railway: it holds characters that none has`);
}

export function headersOf({ kind, value }: Token): Readonly<Record<string, string>> {
  return kind === 'project' ? { 'project-access-token': value } : { authorization: `Bearer ${value}` };
}

function unusable(reason: string): DeployerError {
  return new DeployerError({
    code: 'AUTH_FAILED',
    reason,
    fix: `Make a token at ${TOKENS_PAGE} and put it into RAILWAY_API_TOKEN`,
  });
}
