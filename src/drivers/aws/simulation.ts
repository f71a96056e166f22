import type { JsonObject } from '../../core/json.ts';

/** One question of IAM: may these actions be done with things of these names? */
export interface Question {
  readonly ActionNames: string[];
  readonly ResourceArns: string[];
  readonly ContextEntries: { ContextKeyName: string; ContextKeyValues: string[]; ContextKeyType: 'string' }[];
}

interface Names {
  readonly id: string;
  readonly partition: string;
  readonly region: string;
  readonly project: string;
  /** Of a thing of the target. */
  readonly name: string;
}

interface Statement {
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: { readonly StringEquals?: Readonly<Record<string, string | readonly string[]>> };
}

/**
 * Questions for the statements of the least policy, about the rights that are needed; one for all that are about the same.
 * Asked of no names at all, IAM denies what a policy allows for some names only; of no conditions, what is allowed under some.
 */
export function questionsOf(policy: JsonObject, rights: readonly string[], names: Names): readonly Question[] {
  const { Statement } = policy as unknown as { readonly Statement: readonly Statement[] };
  const questions = Statement.map(({ Action, Resource, Condition }) => ({
    ActionNames: Action.filter((action) => rights.includes(action)),
    ResourceArns: [Resource].flat().flatMap((pattern) => examplesOf(pattern, names)),
    ContextEntries: Object.entries(Condition?.StringEquals ?? {}).map(([ContextKeyName, values]) => ({
      ContextKeyName,
      ContextKeyValues: [values].flat(),
      ContextKeyType: 'string' as const,
    })),
  })).filter(({ ActionNames }) => ActionNames.length > 0);
  const about = new Map<string, Question>();
  for (const question of questions) {
    const { ActionNames, ...rest } = question;
    const same = about.get(JSON.stringify(rest))?.ActionNames ?? [];
    about.set(JSON.stringify(rest), { ...question, ActionNames: [...same, ...ActionNames] });
  }
  return [...about.values()];
}

/** `arn:aws:s3:::shop-*` → a bucket of the target, and a file in it. */
function examplesOf(pattern: string, { id, partition, region, project, name }: Names): readonly string[] {
  if (pattern === '*') return [pattern];
  const [, , service, where, owner, ...thing] = pattern.replace(`${project}-*`, name).split(':');
  const own = thing.join(':').replaceAll('*', 'any');
  const arn = ['arn', partition, service, where && region, owner && id, own].join(':');
  return service === 's3' && !own.includes('/') ? [arn, `${arn}/any`] : [arn];
}

interface Result {
  readonly EvalActionName?: string | undefined;
  readonly EvalDecision?: string | undefined;
  readonly ResourceSpecificResults?: readonly { readonly EvalResourceDecision?: string | undefined }[] | undefined;
}

/** Actions that are allowed for none of the names they were asked for: some know files only, some buckets. */
export function deniedIn(results: readonly Result[]): readonly string[] {
  const allowed = new Set(results.filter(isAllowed).map(({ EvalActionName }) => EvalActionName));
  const asked = new Set(results.map(({ EvalActionName = '' }) => EvalActionName));
  return [...asked].filter((action) => !allowed.has(action));
}

function isAllowed({ EvalDecision, ResourceSpecificResults = [] }: Result): boolean {
  return EvalDecision === 'allowed' || ResourceSpecificResults.some((one) => one.EvalResourceDecision === 'allowed');
}
