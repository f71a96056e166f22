import type { HttpAnswer } from '../../core/ports.ts';
import { asFields, type Fields } from '../fields.ts';
import { bodyOf, strangeAnswer, type WebStore } from '../web-store.ts';

export const INFISICAL: WebStore = {
  name: 'Infisical',
  addressVariable: 'INFISICAL_API_URL',
  tokenFix: 'Get a new token; it is wrong, has expired or was revoked',
  rightsFix: 'Let the machine identity read values there (its role needs "Read Value" on secrets)',
};

export const INFISICAL_WRITES: WebStore = {
  ...INFISICAL,
  does: 'write',
  rightsFix: 'Let the machine identity create and edit secrets there (its role needs "Create" and "Modify" on secrets)',
};

export interface ListedSecret {
  readonly value: unknown;
  readonly version?: string;
  /** A placeholder stands in the place of the value. */
  readonly isHidden: boolean;
}

/** Where a path leads: project, environment and folder, as the API names them. */
export function folderOf(path: string): Record<'projectId' | 'environment' | 'secretPath', string> {
  const [projectId = '', environment = '', ...folders] = path.split('/');
  return { projectId, environment, secretPath: `/${folders.join('/')}` };
}

/** Secrets of a folder by name. Its own come first, then those of its imports, of which the last counts. */
export function listedSecrets(answer: HttpAnswer, what: string): ReadonlyMap<string, ListedSecret> {
  const { imports } = bodyOf(answer);
  const imported = (Array.isArray(imports) ? imports : []).flatMap((one) => asFields(one)?.['secrets'] ?? []);
  return new Map([...imported.flatMap(named), ...ownSecrets(answer, what)]);
}

/** Those of the folder itself. */
export function ownSecrets(answer: HttpAnswer, what: string): ReadonlyMap<string, ListedSecret> {
  const { secrets } = bodyOf(answer);
  if (!Array.isArray(secrets)) throw strangeAnswer(answer, what, INFISICAL);
  return new Map(secrets.flatMap(named));
}

/** The one secret of an answer, under the name that it was asked by. */
export function oneSecret(answer: HttpAnswer, what: string, key: string): ReadonlyMap<string, ListedSecret> {
  const { secret } = bodyOf(answer);
  const [found] = named(secret);
  if (found?.[0] !== key) throw strangeAnswer(answer, what, INFISICAL);
  return new Map([found]);
}

function named(secret: unknown): [string, ListedSecret][] {
  const { secretKey, secretValue, secretValueHidden, version }: Fields = asFields(secret) ?? {};
  if (typeof secretKey !== 'string') return [];
  const numbered = typeof version === 'number' ? { version: String(version) } : {};
  return [[secretKey, { value: secretValue, isHidden: secretValueHidden === true, ...numbered }]];
}
