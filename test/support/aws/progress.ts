import type { AwsWorld } from './world.ts';

/** A state that goes on by looks, not by a clock: each {@link look} brings it nearer to the next of its stages. */
export class Progress<Stage extends string> {
  #stages: readonly Stage[];
  #looks = 0;
  readonly #world: AwsWorld;

  /** The last stage is the one in which it stays. */
  constructor(world: AwsWorld, ...stages: [Stage, ...Stage[]]) {
    this.#world = world;
    this.#stages = stages;
  }

  /** Where it is, without bringing it further. */
  get now(): Stage {
    return this.#stages[0] as Stage;
  }

  get settled(): boolean {
    return this.#stages.length === 1;
  }

  /** What a describe call sees: each stage is seen as often as the world's `looks` say. */
  look(): Stage {
    if (!this.settled && ++this.#looks > this.#world.looks) {
      this.#stages = this.#stages.slice(1);
      this.#looks = 1;
    }
    return this.now;
  }

  /** Goes through other stages from here on. */
  become(...stages: [Stage, ...Stage[]]): void {
    this.#stages = stages;
    this.#looks = 0;
  }

  /** Goes to the end at once. */
  settle(): Stage {
    this.#stages = this.#stages.slice(-1);
    return this.now;
  }
}
