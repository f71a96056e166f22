import type { Listener } from '../../core/event.ts';
import { sentence } from './sentence.ts';

/** Plain lines with the log of each finished operation in a group that GitHub Actions folds, failures as annotations. */
export function githubListener({ write }: { write(text: string): void }): Listener {
  const logs = new Map<string, string[]>();
  return (event) => {
    const said = sentence(event);
    if (event.type === 'operation.log') {
      logs.set(event.operation, [...(logs.get(event.operation) ?? []).slice(-500), said?.line ?? '']);
      return;
    }
    if (event.type === 'operation.succeeded' || event.type === 'operation.failed') writeGroup(event.operation);
    if (event.type === 'operation.failed')
      write(`::error title=${escapeProperty(event.failure.code)}::${escapeData(event.failure.reason)}\n`);
    if (said) write(`${said.line}\n`);
  };

  function writeGroup(operation: string): void {
    const lines = logs.get(operation);
    if (!lines) return;
    write(`::group::${escapeData(operation)}\n${lines.join('\n')}\n::endgroup::\n`);
    logs.delete(operation);
  }
}

/** GitHub's workflow commands take `%`, CR and LF in this form, and in properties `:` and `,` too. */
export function escapeData(text: string): string {
  return text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}

export function escapeProperty(text: string): string {
  return escapeData(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
}
