import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { isRunning, until } from '../waiting.ts';

/** A program that runs inside a host, with all that it started. It ends with the host at the latest. */
export interface Program {
  signal(name: NodeJS.Signals): void;
  /** Kills it. */
  end(): Promise<void>;
}

/** Starts a program that stays in the foreground, inside the namespaces of a host. */
export function startInside({ pid }: { readonly pid: number }, argv: readonly string[]): Program {
  const namespaces = ['--mount', '--net', '--pid', '--uts', '--target', String(pid)];
  const entered = spawn('nsenter', [...namespaces, ...argv], { stdio: 'ignore' });
  entered.unref();
  const signal = (name: NodeJS.Signals) => {
    for (const one of family(Number(entered.pid))) if (isRunning(one)) process.kill(one, name);
  };
  return {
    signal,
    end: async () => {
      // Stopped first, for it must not start another while they are counted.
      signal('SIGSTOP');
      signal('SIGKILL');
      await until(() => !isRunning(Number(entered.pid)));
    },
  };
}

/** A process and all that it started, as far as they live. */
function family(pid: number): readonly number[] {
  const list = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(list)) return [];
  const children = readFileSync(list, 'utf8').split(' ').filter(Boolean).map(Number);
  return [pid, ...children.flatMap(family)];
}
