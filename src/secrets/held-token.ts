/** A token that is logged in for once, by whoever needs it first, and given back at the end. */
export interface HeldToken {
  /** Throws what the login throws; the next one tries again. */
  take(signal: AbortSignal): Promise<string>;
  /** Gives the token back, if there is one. Never rejects; one that cannot be given back ends by itself. */
  close(): Promise<void>;
}

/** For giving back, ms. */
const FAREWELL = 5_000;

export function heldToken(
  logIn: (signal: AbortSignal) => Promise<string>,
  giveBack: (token: string, signal: AbortSignal) => Promise<unknown>,
): HeldToken {
  let held: Promise<string> | undefined;
  return { take, close };

  function take(signal: AbortSignal): Promise<string> {
    held ??= logIn(signal).catch((error: unknown) => {
      held = undefined;
      throw error;
    });
    return held;
  }

  async function close(): Promise<void> {
    const leaving = held;
    held = undefined;
    await leaving?.then((token) => giveBack(token, AbortSignal.timeout(FAREWELL))).catch(() => undefined);
  }
}
