/** Lets work begin as long as what is under way together is not too much; what is more than all of it goes alone. */
export class Budget {
  readonly #waiting: (() => void)[] = [];
  readonly #most: number;
  #used = 0;

  constructor(most: number) {
    this.#most = most;
  }

  async within<T>(amount: number, work: () => Promise<T>): Promise<T> {
    while (this.#used > 0 && this.#used + amount > this.#most)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#used += amount;
    try {
      return await work();
    } finally {
      this.#used -= amount;
      for (const wake of this.#waiting.splice(0)) wake();
    }
  }
}
