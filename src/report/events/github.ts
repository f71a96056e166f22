import type { Listener } from '../../core/event.ts';
import { sentence } from './sentence.ts';

/** How many lines of an operation are kept for its group. */
const KEPT = 500;

export interface GithubLog {
  say(line: string): void;
  /** Takes a workflow command as it is. */
  tellRunner(command: string): void;
}

/** Plain lines, with the log of each finished operation in a group that GitHub Actions folds. */
export function githubListener({ say, tellRunner }: GithubLog): Listener {
  const logs = new Map<string, string[]>();
  return (event) => {
    const line = sentence(event)?.line ?? '';
    if (event.type === 'operation.log') return keep(event.operation, line);
    if (event.type === 'operation.succeeded' || event.type === 'operation.failed') sayGroup(event.operation);
    say(line);
  };

  function keep(operation: string, line: string): void {
    const lines = logs.get(operation) ?? [];
    lines.push(line);
    if (lines.length > KEPT) lines.shift();
    logs.set(operation, lines);
  }

  function sayGroup(operation: string): void {
    const lines = logs.get(operation);
    logs.delete(operation);
    if (!lines) return;
    tellRunner(`::group::${operation}`);
    for (const line of lines) say(line);
    tellRunner('::endgroup::');
  }
}
