/** How many requests there may be in a window; the account's plan raises them. */
export interface Limits {
  general: number;
  /** Deploys by the API. */
  deploys: number;
  /** ms. */
  window: number;
}

/** Counts requests as the service does, and says so in headers; the window begins anew at an absolute time. */
export class Meter {
  readonly limits: Limits = { general: Number.POSITIVE_INFINITY, deploys: Number.POSITIVE_INFINITY, window: 60_000 };
  #ends = 0;
  #general = 0;
  #deploys = 0;

  /** Counts one request and answers whether it was one too many, with the headers that go along. */
  count(operation: string): { readonly over: boolean; readonly headers: Readonly<Record<string, string>> } {
    const now = Date.now();
    if (now >= this.#ends) {
      this.#ends = now + this.limits.window;
      this.#general = 0;
      this.#deploys = 0;
    }
    this.#general++;
    if (operation === 'createSiteDeploy') this.#deploys++;
    const { general, deploys } = this.limits;
    const left = operation === 'createSiteDeploy' ? deploys - this.#deploys : general - this.#general;
    return { over: left < 0, headers: this.#headers(left) };
  }

  #headers(left: number): Readonly<Record<string, string>> {
    const { general } = this.limits;
    return {
      'x-ratelimit-limit': String(Number.isFinite(general) ? general : 500),
      'x-ratelimit-remaining': String(Number.isFinite(left) ? Math.max(0, left) : 499),
      'x-ratelimit-reset': String(Math.ceil(this.#ends / 1_000)),
    };
  }
}
