/** What goes wrong with a request. */
export type Trouble =
  /** The connection ends before anything was done. */
  | 'reset_before'
  /** It is done, and the answer is lost. */
  | 'lost_answer'
  /** It is done, and the answer breaks off half way. */
  | 'half_answer'
  /** The connection ends when half of an upload is there. */
  | 'cut'
  | 'html'
  | 'silence'
  | 'not_authorized'
  | { readonly errors: readonly string[] }
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string };

export interface Fault {
  readonly trouble: Trouble;
  /** Name of an operation, or `up`; `*` for any. */
  readonly of: string;
  /** How many of them; all when left out. */
  times?: number;
}

/** The first trouble that is meant for a request. */
export function nextFault(faults: readonly Fault[], name: string): Trouble | undefined {
  const found = faults.find(({ of, times = 1 }) => times > 0 && (of === name || of === '*'));
  if (found?.times !== undefined) found.times--;
  return found?.trouble;
}
