import type { CommandRequest, CommandResult } from '../core/ports.ts';
import type { ProviderWorld } from '../core/provider.ts';

/** Bytes of what a program may write. */
const LONGEST = 1024 * 1024;
/** ms. */
const TIMEOUT = 10_000;

export interface ProgramAnswer extends CommandResult {
  /** What it wrote to its second stream, to be looked at and never shown. */
  readonly complaints: string;
  /** It wrote more than 1 MiB; `stdout` is cut. */
  readonly isTooLong: boolean;
}

/** Runs a program that decrypts or reads secrets, in the project folder and for 10 s at most. Rejects when `signal` aborts. */
export async function askProgram(
  request: Pick<CommandRequest, 'argv' | 'env' | 'stdin'>,
  { processes, root }: Pick<ProviderWorld, 'processes' | 'root'>,
  signal: AbortSignal,
): Promise<ProgramAnswer> {
  const complaints: string[] = [];
  const result = await processes.run({
    ...request,
    cwd: root,
    timeout: TIMEOUT,
    keep: LONGEST + 1,
    signal,
    onLine: (line, channel) => channel === 'stderr' && complaints.push(line),
  });
  signal.throwIfAborted();
  return { ...result, complaints: complaints.join('\n'), isTooLong: Buffer.byteLength(result.stdout) > LONGEST };
}

/** The variables whose names fit, of those that deployer was started with; empty ones are none. */
export function variablesLike(names: RegExp, environment: ProviderWorld['environment']): Record<string, string> {
  const set = Object.entries(environment).filter(([name, value]) => value && names.test(name));
  return Object.fromEntries(set as [string, string][]);
}
