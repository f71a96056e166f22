/** What is asked for in one turn is asked for by one call, up to `most` at a time; `undefined` for what the answer lacks. */
export function gathered<T>(
  most: number,
  ask: (keys: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, T>>,
): (key: string, signal: AbortSignal) => Promise<T | undefined> {
  let open: { readonly keys: Set<string>; readonly answer: Promise<ReadonlyMap<string, T>> } | undefined;

  return async (key, signal) => {
    const round = open && (open.keys.size < most || open.keys.has(key)) ? open : begin(signal);
    open = round;
    round.keys.add(key);
    return (await round.answer).get(key);
  };

  function begin(signal: AbortSignal) {
    const keys = new Set<string>();
    const answer = new Promise((resolve) => setImmediate(resolve)).then(() => {
      if (open?.keys === keys) open = undefined;
      return ask([...keys], signal);
    });
    return { keys, answer };
  }
}
