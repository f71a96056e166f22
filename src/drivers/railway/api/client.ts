import type { DriverContext } from '../../../core/driver.ts';
import { DeployerError, isTemporary } from '../../../core/errors.ts';
import type { Sockets } from '../../../core/ports.ts';
import { Redactor } from '../../../core/redact.ts';
import type { Variables } from '../../../core/secret.ts';
import { callWeb, type WebTerms, webTerms } from '../../web-call.ts';
import { lostAnswer, parseAnswer, serviceAddress, strangeAnswer } from '../../web-service.ts';
import { fits, type Shape } from './answers.ts';
import { DOCUMENTS, type Operations } from './documents.generated.ts';
import { type ApiError, errorsOf, isUnauthorized, refusal, statusFailure } from './failure.ts';
import { headersOf, TOKENS_PAGE, type Token, tokenOf } from './token.ts';

const STANDARD = 'https://backboard.railway.com';
/** One exchange, ms. A copy of an environment takes this long. */
const TIMEOUT = 120_000;
const LIMIT = 16 * 1024 * 1024;

export type OperationName = keyof Operations;
export type Data<Name extends OperationName> = Operations[Name]['data'];

export interface Given {
  /** Completes `Railway could not …`. */
  readonly doing: string;
  /** For writes that end the same when they are done twice; reads always do. */
  readonly repeat?: 'always';
  /** Values that go along; Railway may repeat them in what it says about them. */
  readonly values?: Variables;
}

/** Railway's API. The token goes into one header, and no redirect is followed with it. */
export class Railway {
  readonly terms: WebTerms;
  readonly token: Token;
  readonly sockets: Sockets;
  readonly #base: URL;
  readonly #context: DriverContext;

  constructor(context: DriverContext) {
    this.terms = webTerms(context);
    this.token = tokenOf(context);
    this.sockets = context.sockets;
    this.#base = serviceAddress(context, { variable: 'RAILWAY_API_URL', standard: STANDARD });
    this.#context = context;
  }

  /** The same for as long as the signal lets it: for the rest of the time, ms, unless another one is given. */
  within(signal: AbortSignal, timeout = this.terms.deadline - this.terms.clock.monotonic()): Railway {
    return new Railway({ ...this.#context, signal, timeout });
  }

  /** Throws what the answer means when it says no. */
  async call<Name extends OperationName>(
    name: Name,
    variables: Operations[Name]['variables'],
    given: Given,
  ): Promise<Data<Name>> {
    const answer = await this.#ask(name, variables, given);
    if ('data' in answer) return answer.data;
    throw this.#hidden(await this.#meaning(given.doing, answer.errors), given.values);
  }

  /** Makes something. What was made although its answer was lost is found, where `find` can tell. */
  async make<Made>(ask: () => Promise<Made>, find: () => Promise<Made | undefined>): Promise<Made> {
    try {
      return await ask();
    } catch (error) {
      const made = isTemporary(error) ? await find() : undefined;
      if (made === undefined) throw error;
      return made;
    }
  }

  /** `undefined` for what is not there, or not to be seen with this token. */
  async find<Name extends OperationName>(
    name: Name,
    variables: Operations[Name]['variables'],
    given: Given,
  ): Promise<Data<Name> | undefined> {
    const answer = await this.#ask(name, variables, given);
    if ('data' in answer) return answer.data;
    const failure = await this.#meaning(given.doing, answer.errors);
    if (failure.code === 'NOT_FOUND' || failure.code === 'INSUFFICIENT_PERMISSIONS') return undefined;
    throw this.#hidden(failure, given.values);
  }

  /** Takes something away. Railway says the same of what is gone already and of what we may not: `isGone` tells them apart. */
  async remove<Name extends OperationName>(
    name: Name,
    variables: Operations[Name]['variables'],
    { doing, isGone }: { readonly doing: string; readonly isGone: () => Promise<boolean> },
  ): Promise<void> {
    const done = await this.find(name, variables, { doing, repeat: 'always' });
    if (done === undefined && !(await isGone())) throw this.#lacking(doing);
  }

  /** Where and as whom, for requests that do not go through `call`. */
  request(path: string, headers: Readonly<Record<string, string>> = {}) {
    return {
      url: new URL(this.#base.pathname.replace(/\/$/, '') + path, this.#base).href,
      reach: this.#base.origin === STANDARD ? 'public' : 'private',
      headers: { ...headersOf(this.token), ...headers },
    } as const;
  }

  async #ask<Name extends OperationName>(
    name: Name,
    variables: Operations[Name]['variables'],
    { doing, repeat }: Given,
  ): Promise<{ readonly data: Data<Name> } | { readonly errors: readonly ApiError[] }> {
    const { kind, text, shape } = DOCUMENTS[name];
    const request = {
      ...this.request('/graphql/v2', { 'content-type': 'application/json' }),
      method: 'POST' as const,
      body: JSON.stringify({ query: text, variables, operationName: name }),
      timeout: TIMEOUT,
      limit: LIMIT,
    };
    const again = kind === 'query' ? 'always' : (repeat ?? 'when_refused');
    const answer = await callWeb({ ...request, repeat: again }, this.terms).catch((error: unknown) => {
      throw lostAnswer({ service: 'Railway', doing }, error);
    });
    const parsed = answer.truncated ? undefined : parseAnswer(answer.body);
    const errors = parsed ? errorsOf(parsed) : [];
    if (errors.length > 0 && (answer.status === 200 || answer.status === 400)) return { errors };
    if (answer.status !== 200) throw statusFailure(doing, answer, this.terms.clock.now());
    if (!parsed || !fits(parsed['data'], shape as Shape)) throw strangeAnswer({ service: 'Railway', doing });
    return { data: parsed['data'] as Data<Name> };
  }

  /** One question tells a token that is refused from a right that it lacks. */
  async #meaning(doing: string, errors: readonly ApiError[]): Promise<DeployerError> {
    if (!isUnauthorized(errors)) return refusal(doing, errors);
    return (await this.isAccepted()) ? this.#lacking(doing) : this.#refusedToken();
  }

  /** Whether Railway knows the token. */
  async isAccepted(): Promise<boolean> {
    const given = { doing: 'say whose the token is' };
    const answer = await (this.token.kind === 'project'
      ? this.#ask('ProjectToken', {}, given)
      : this.#ask('ApiToken', {}, given));
    if ('data' in answer) return true;
    if (isUnauthorized(answer.errors)) return false;
    throw refusal(given.doing, answer.errors);
  }

  #refusedToken(): DeployerError {
    const { variable } = this.token;
    return new DeployerError({
      code: 'AUTH_FAILED',
      reason: `Railway does not take the token in ${variable}`,
      fix: `Make a token at ${TOKENS_PAGE} and put it into ${variable}`,
    });
  }

  #lacking(doing: string): DeployerError {
    const fix =
      this.token.kind === 'project'
        ? 'Put a token of the account or the workspace into RAILWAY_API_TOKEN, and unset RAILWAY_TOKEN'
        : 'Give RAILWAY_API_TOKEN a token of the workspace that has the project, or look whether it was removed';
    return new DeployerError({
      code: 'INSUFFICIENT_PERMISSIONS',
      reason: `Railway could not ${doing}: it is not there, or the token in ${this.token.variable} may not`,
      fix,
    });
  }

  #hidden({ failure }: DeployerError, values: Variables = {}): DeployerError {
    const redactor = new Redactor();
    redactor.add(...Object.values(values), this.token.value);
    return new DeployerError(redactor.redactDeep(failure));
  }
}
