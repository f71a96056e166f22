import { setMaxListeners } from 'node:events';
import { DeployerError, type Failure, isTemporary } from '../../core/errors.ts';
import type { HttpAnswer, HttpRequest } from '../../core/ports.ts';
import { printableLine } from '../../core/text.ts';
import { askedWait, timeForWaiting, type WebTerms } from '../web-call.ts';
import type { Content } from './content.ts';
import { MOST_AT_ONCE, Pace } from './pace.ts';

/** How one platform takes files. */
export interface UploadPlace {
  /** For messages: `Vercel`. */
  readonly title: string;
  /** The request for one content, without its body. Sending it twice must do no harm. */
  request(content: Content, attempt: number): Omit<HttpRequest, 'body' | 'signal' | 'timeout'>;
  /** What an answer that is no success and no passing trouble means. */
  refusal(answer: HttpAnswer): Pick<Failure, 'code' | 'fix'> & { readonly detail?: readonly string[] };
}

export interface UploadProgress {
  readonly files: number;
  readonly bytes: number;
}

export interface UploadTerms extends WebTerms {
  /** Called after each content, with what is up so far. */
  readonly onProgress?: (done: UploadProgress) => void;
}

const TRIES = 6;
/** Upper end of the first random wait, ms; doubles with every try. */
const FIRST_WAIT = 250;
const LONGEST_WAIT = 15_000;
/** A slower way than this is taken to be broken; bytes per ms. */
const SLOWEST = 20;
const LEAST_TIMEOUT = 30_000;

/**
 * Brings contents to a platform, as many at once as it takes well. What fails for a moment is sent again, waits that the
 * platform asks for are kept or, where they would outlast the deadline, given back as `RATE_LIMIT_EXCEEDED`. After a
 * failure nothing new begins; it names the file, the status and what the platform said. Bodies are streamed.
 */
export async function uploadAll(contents: Iterable<Content>, place: UploadPlace, terms: UploadTerms): Promise<void> {
  const signal = AbortSignal.any([terms.signal]);
  // One for each file under way and each that waits.
  setMaxListeners(0, signal);
  await new Uploading(place, { ...terms, signal }).run(contents);
}

class Uploading {
  readonly #place: UploadPlace;
  readonly #terms: UploadTerms;
  readonly #pace: Pace;
  readonly #failures: unknown[] = [];
  #done: UploadProgress = { files: 0, bytes: 0 };

  constructor(place: UploadPlace, terms: UploadTerms) {
    this.#place = place;
    this.#terms = terms;
    this.#pace = new Pace(terms);
  }

  async run(contents: Iterable<Content>): Promise<void> {
    const queue = contents[Symbol.iterator]();
    await Promise.all(Array.from({ length: MOST_AT_ONCE }, () => this.#work(queue)));
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  async #work(queue: Iterator<Content>): Promise<void> {
    for (let next = queue.next(); !next.done && this.#failures.length === 0; next = queue.next())
      await this.#send(next.value).catch((error: unknown) => void this.#failures.push(error));
  }

  async #send(content: Content): Promise<void> {
    for (let tries = 1; ; ) {
      const turn = await this.#pace.enter();
      if (this.#failures.length > 0) return this.#pace.leave(turn, 'neither');
      const result = await this.#tryOnce(content, tries).catch((error: unknown) => {
        this.#pace.leave(turn, 'neither');
        throw error;
      });
      const verdict = this.#judge(result, content);
      if (verdict.pace === 'neither') this.#failures.push(verdict.failure);
      this.#pace.leave(turn, verdict.pace);
      if (verdict.pace === 'neither') return;
      if (verdict.pace === 'well') return this.#count(content);
      if (verdict.asked !== undefined) await this.#rest(verdict.asked, verdict.failure);
      else if (tries >= TRIES) throw verdict.failure;
      else await this.#wait(tries++, verdict.failure);
    }
  }

  async #tryOnce(content: Content, attempt: number): Promise<{ answer: HttpAnswer } | { error: unknown }> {
    const { http, signal, deadline, clock } = this.#terms;
    const timeout = Math.min(LEAST_TIMEOUT + content.size / SLOWEST, Math.max(1, deadline - clock.monotonic()));
    try {
      const request = this.#place.request(content, attempt);
      return { answer: await http.send({ ...request, repeatable: true, body: content, signal, timeout }) };
    } catch (error) {
      signal.throwIfAborted();
      return { error };
    }
  }

  #judge(result: { answer: HttpAnswer } | { error: unknown }, content: Content): Verdict {
    if ('error' in result) {
      if (!isTemporary(result.error)) return { pace: 'neither', failure: result.error };
      return { pace: 'too_much', failure: this.#lost(content, result.error) };
    }
    const { answer } = result;
    if (answer.status >= 200 && answer.status < 300) return { pace: 'well' };
    const asked = askedWait(answer, this.#terms.clock.now());
    const failure = this.#refused(content, answer, asked);
    const passing = answer.status === 429 || answer.status === 408 || answer.status >= 500;
    if (!passing) return { pace: 'neither', failure };
    return { pace: 'too_much', failure, ...(asked === undefined ? {} : { asked }) };
  }

  /** Everybody rests: the platform counts requests, not files. */
  async #rest(asked: number, failure: DeployerError): Promise<void> {
    if (asked >= timeForWaiting(this.#terms)) throw failure;
    this.#pace.rest(asked);
  }

  async #wait(tries: number, failure: DeployerError): Promise<void> {
    const { clock, entropy, signal } = this.#terms;
    const wait = entropy.random() * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (tries - 1));
    if (wait >= timeForWaiting(this.#terms)) throw failure;
    await clock.sleep(wait, signal);
  }

  #count({ size }: Content): void {
    this.#done = { files: this.#done.files + 1, bytes: this.#done.bytes + size };
    this.#terms.onProgress?.(this.#done);
  }

  #lost({ path }: Content, error: unknown): DeployerError {
    const words = error instanceof DeployerError ? (error.failure.detail ?? []) : [];
    return new DeployerError({
      code: 'UPLOAD_FAILED',
      stage: 'deploy',
      reason: `${printableLine(path)} could not be uploaded to ${this.#place.title}: ${words[0] ?? 'no answer'}`,
      fix: 'Deploy again: only what is missing is sent',
    });
  }

  #refused({ path }: Content, answer: HttpAnswer, asked: number | undefined): DeployerError {
    const what = `${printableLine(path)} could not be uploaded to ${this.#place.title} (status ${answer.status})`;
    return new DeployerError({
      stage: 'deploy',
      reason: what,
      ...(asked === undefined ? {} : { retry_after_ms: asked }),
      ...this.#place.refusal(answer),
    });
  }
}

type Verdict =
  | { readonly pace: 'well' }
  | { readonly pace: 'too_much'; readonly failure: DeployerError; readonly asked?: number }
  /** Sending it again will not help. */
  | { readonly pace: 'neither'; readonly failure: unknown };
