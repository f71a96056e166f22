import { spawn } from 'node:child_process';
import type { CommandRequest, CommandResult, Processes } from '../../src/core/ports.ts';

/** Real children with the smallest environment; what each was started with is kept. */
export function recordingProcesses(): Processes & {
  readonly started: { readonly argv: readonly string[]; readonly env: object }[];
} {
  const started: { argv: readonly string[]; env: object }[] = [];
  const run = async (request: CommandRequest) => {
    started.push({ argv: request.argv, env: request.env });
    return await outcomeOf(request);
  };
  return { started, run, shell: (line, request) => run({ ...request, argv: ['sh', '-c', line] }) };
}

function outcomeOf({
  argv: [program = '', ...args],
  cwd,
  env,
  signal,
  onLine,
}: CommandRequest): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const text = { stdout: '', stderr: '' };
    let outcome: CommandResult['outcome'] = 'exited';
    const cancel = () => {
      outcome = 'cancelled';
      child.kill();
    };
    signal?.addEventListener('abort', cancel, { once: true });
    for (const channel of ['stdout', 'stderr'] as const) {
      child[channel].setEncoding('utf8').on('data', (chunk: string) => {
        text[channel] += chunk;
      });
    }
    child.once('error', () => {
      outcome = 'not_found';
    });
    child.once('close', (exitCode, ended) => {
      const lines = `${text.stdout}\n${text.stderr}`.split('\n').filter(Boolean);
      for (const line of lines) onLine?.(line, 'stdout');
      resolve({ exitCode, signal: ended, stdout: text.stdout, tail: lines.slice(-20), outcome });
    });
  });
}
