import type { Json, JsonObject } from '../../../../core/json.ts';
import { PLACES } from './viewer-code.ts';

/** What of a bucket CloudFront reads: files, and no list of a release. */
const READ = [PLACES.object, PLACES.error] as const;

/** Lets CloudFront read files; `under` makes the ARN of what lies below a folder, `Condition` says for whom. */
export function readingStatement(under: (folder: string) => Json, Condition: JsonObject): JsonObject {
  return {
    Effect: 'Allow',
    Principal: { Service: 'cloudfront.amazonaws.com' },
    Action: 's3:GetObject',
    Resource: READ.map(under),
    Condition,
  };
}

/** Who reads what. */
export interface Reading {
  readonly account: string;
  /** ARN of the distribution; with `*` at its end any of the account. */
  readonly distribution: string;
  /** ARN of everything below our folder, without `*`. */
  readonly below: string;
}

interface Statement {
  readonly Effect?: unknown;
  readonly Principal?: { readonly Service?: unknown };
  readonly Action?: unknown;
  readonly Resource?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Whether a bucket's policy says that CloudFront may. Conditions of other kinds are left to the check of the release. */
export function letsRead(policy: string, reading: Reading): boolean {
  const { Statement = [] } = JSON.parse(policy) as { Statement?: Statement | readonly Statement[] };
  return READ.every((folder) =>
    [Statement].flat().some((one) => lets(one as Statement, `${reading.below}${folder}any`, reading)),
  );
}

function lets({ Effect, Principal, Action, Resource, Condition = {} }: Statement, file: string, by: Reading): boolean {
  const [services, actions, resources] = [Principal?.Service, Action, Resource].map(listOf);
  return (
    Effect === 'Allow' &&
    services?.includes('cloudfront.amazonaws.com') === true &&
    actions?.some((pattern) => covers(pattern.toLowerCase(), 's3:getobject')) === true &&
    resources?.some((pattern) => covers(pattern, file)) === true &&
    Object.entries(Condition).every(([operator, tests]) =>
      Object.entries(tests).every(([key, asked]) => passes(operator, key, listOf(asked), by)),
    )
  );
}

function passes(operator: string, key: string, asked: readonly string[], { account, distribution }: Reading): boolean {
  const given = { 'aws:sourcearn': distribution, 'aws:sourceaccount': account }[key.toLowerCase()];
  if (given === undefined || !/^(?:String|Arn)(?:Equals|Like)/.test(operator)) return true;
  const exact = operator.startsWith('StringEquals');
  return asked.some((pattern) => (exact ? pattern === given && !given.includes('*') : covers(pattern, given)));
}

function listOf(value: unknown): readonly string[] {
  return [value].flat().filter((one) => typeof one === 'string');
}

/** As policies mean `*` and `?`. */
function covers(pattern: string, text: string): boolean {
  const parts = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${parts}$`, 's').test(text);
}
