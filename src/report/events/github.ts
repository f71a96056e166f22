import type { Listener } from '../../core/event.ts';
import { inertLine } from '../github.ts';
import { sentence } from './sentence.ts';

/** How many lines of an operation are kept for its group. */
const KEPT = 500;

/** Plain lines, with the log of each finished operation in a group that GitHub Actions folds. */
export function githubListener(say: (line: string) => void): Listener {
  const logs = new Map<string, string[]>();
  return (event) => {
    const line = inertLine(sentence(event)?.line ?? '');
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
    if (lines) say([`::group::${operation}`, ...lines, '::endgroup::'].join('\n'));
    logs.delete(operation);
  }
}
