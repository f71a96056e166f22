import type { DeployerError } from '../../core/errors.ts';
import type { HttpAnswer } from '../../core/ports.ts';
import { failure } from '../failure.ts';
import { asFields, type Fields, jsonFields } from '../fields.ts';

/** The JSON object of an answer; none of it for a body that is not one. */
export function bodyOf({ body }: HttpAnswer): Fields {
  return jsonFields(new TextDecoder().decode(body)) ?? {};
}

/** `data` of an answer of Vault. Throws `INVALID_ENV` for a body that has none. `what` names what was asked. */
export function dataOf(answer: HttpAnswer, what: string): Fields {
  const data = answer.truncated ? undefined : asFields(bodyOf(answer)['data']);
  if (data) return data;
  throw failure(
    'INVALID_ENV',
    `${what}: the answer is not one of Vault${answer.truncated ? ' (more than 1 MiB)' : ''}`,
    'Check that VAULT_ADDR is the address of Vault itself, not of a web page in front of it',
  );
}

/** What an answer other than success, 403 and 404 means; never with the words of the answer. */
export function troubleOf(answer: HttpAnswer, what: string): DeployerError {
  const { status } = answer;
  if (status === 503 && isSealed(answer))
    return failure('PLATFORM_UNAVAILABLE', `${what}: Vault is sealed`, 'Have Vault unsealed, then try again');
  if (status >= 300 && status < 400)
    return failure(
      'PLATFORM_UNAVAILABLE',
      `${what}: Vault sends elsewhere (HTTP ${status}), and a token is not taken along`,
      'Set VAULT_ADDR to the active node, or to what balances the load between the nodes',
    );
  if (status === 429) return failure('RATE_LIMIT_EXCEEDED', `${what}: Vault asks to slow down`, 'Try again later');
  if (status === 400)
    return failure(
      'INVALID_ENV',
      `${what}: Vault refuses the request (HTTP 400)`,
      'Check the path and VAULT_NAMESPACE',
    );
  return failure('PLATFORM_UNAVAILABLE', `${what}: Vault answers HTTP ${status}`, 'Look at the log of Vault');
}

function isSealed(answer: HttpAnswer): boolean {
  const { errors } = bodyOf(answer);
  return Array.isArray(errors) && errors.some((error) => typeof error === 'string' && /sealed/i.test(error));
}
