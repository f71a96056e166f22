import type { Engine } from './client.ts';
import { frameLines } from './streams.ts';

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}

/**
 * Runs a command inside a container, without input, and waits for its end. Arguments are seen by others. In a container
 * that does not run nothing can be run: exit code -1.
 */
export async function execute(
  engine: Engine,
  container: string,
  argv: readonly string[],
  signal?: AbortSignal,
): Promise<ExecResult> {
  const request = { doing: `run ${argv[0]} in ${container}`, ...(signal ? { signal } : {}) };
  const created = await engine.call<{ Id: string }>('POST', `/containers/${container}/exec`, {
    ...request,
    accept: [409],
    body: { AttachStdout: true, AttachStderr: true, Cmd: argv },
  });
  if (created.status === 409) return { exitCode: -1, stdout: [], stderr: [`${container} does not run`] };
  const { Id } = created.body;
  const output = await engine.stream('POST', `/exec/${Id}/start`, { ...request, body: { Detach: false, Tty: false } });
  const lines: Record<string, string[]> = { stdout: [], stderr: [] };
  for await (const { channel, line } of frameLines(output)) lines[channel]?.push(line);
  const { body } = await engine.call<{ ExitCode: number | null }>('GET', `/exec/${Id}/json`, request);
  return { exitCode: body.ExitCode ?? -1, stdout: lines.stdout ?? [], stderr: lines.stderr ?? [] };
}
