/** One at a time, in the order of asking; who has waited for as long as it wanted to goes without. */
export interface Turn {
  /** Resolves with whether it is one's turn, at the latest after `patience` ms. */
  take(patience: number): Promise<boolean>;
  /** For whoever took it. */
  end(): void;
}

export function turn(): Turn {
  const waiting: (() => void)[] = [];
  let isTaken = false;
  return {
    async take(patience) {
      if (isTaken) return wait(patience);
      isTaken = true;
      return true;
    },
    end() {
      const next = waiting.shift();
      if (next) next();
      else isTaken = false;
    },
  };

  function wait(patience: number): Promise<boolean> {
    return new Promise((resolve) => {
      const enter = () => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(enter), 1);
        resolve(false);
      }, patience);
      waiting.push(enter);
    });
  }
}
