type EventLine = Readonly<Record<string, unknown>>;

/**
 * One JSON object a line, each as it happens: `format`, `seq` and `at` are added. `seq` counts the lines of this stream,
 * 1, 2, 3 … without a gap; what the journal keeps carries its number there as `journal_seq`.
 */
export function eventStream(write: (line: string) => void): (line: EventLine) => void {
  let seq = 0;
  return (line) => write(JSON.stringify({ format: 1, seq: ++seq, at: new Date().toISOString(), ...line }));
}
