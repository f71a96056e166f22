import type { DeployerError } from '../../core/errors.ts';
import type { HttpAnswer } from '../../core/ports.ts';
import { failure } from '../failure.ts';
import { asFields, type Fields } from '../fields.ts';
import { bodyOf, refusalOf, strangeAnswer, type WebStore } from '../web-store.ts';

export const VAULT: WebStore = {
  name: 'Vault',
  addressVariable: 'VAULT_ADDR',
  tokenFix: 'Get a new token; it is wrong, has expired or was revoked',
  rightsFix: 'Give its policy "read" there, and check path and VAULT_NAMESPACE',
};

/** `data` of an answer of Vault. Throws `INVALID_ENV` for a body that has none. `what` names what was asked. */
export function dataOf(answer: HttpAnswer, what: string): Fields {
  const data = asFields(bodyOf(answer)['data']);
  if (data) return data;
  throw strangeAnswer(answer, what, VAULT);
}

/** What an answer other than success, 403 and 404 means; never with the words of the answer. */
export function troubleOf(answer: HttpAnswer, what: string): DeployerError {
  if (answer.status === 503 && isSealed(answer))
    return failure('PLATFORM_UNAVAILABLE', `${what}: Vault is sealed`, 'Have Vault unsealed, then try again');
  return refusalOf(answer, what, VAULT);
}

function isSealed(answer: HttpAnswer): boolean {
  const { errors } = bodyOf(answer);
  return Array.isArray(errors) && errors.some((error) => typeof error === 'string' && /sealed/i.test(error));
}
