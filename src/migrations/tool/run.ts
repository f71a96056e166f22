import { stripVTControlCharacters } from 'node:util';
import { DeployerError, type Failure } from '../../core/errors.ts';
import type { MigrationTarget } from '../../core/migration.ts';
import type { CommandResult, Processes } from '../../core/ports.ts';
import { printableLine } from '../../core/text.ts';
import { sensitiveParts } from '../database/address.ts';
import type { Watch } from '../database/watch.ts';
import type { Invocation, Tool } from './contract.ts';
import { programPath, workingFolder } from './options.ts';

/** Children that a signal ended are given this long before they are killed; a migration under way may commit or undo. */
const GRACE = 10_000;
const KEPT_LINES = 10;

export interface ToolRun {
  readonly tool: Tool;
  readonly target: MigrationTarget;
  readonly processes: Processes;
  readonly watch: Watch;
}

/** Runs one command of the tool; the URL is in its environment and nowhere else. */
export async function runTool(
  { tool, target, processes, watch }: ToolRun,
  invocation: Invocation,
  { narrate }: { readonly narrate: 'lines' | 'nothing' },
): Promise<CommandResult> {
  const request = {
    cwd: workingFolder(target),
    env: { NO_COLOR: '1', ...tool.environment(target) },
    signal: watch.signal,
    timeout: Math.max(1, watch.left()),
    grace: GRACE,
    ...(narrate === 'lines' ? { onLine: (line: string) => watch.log(clean(line, target)) } : {}),
  };
  const result =
    'line' in invocation
      ? await processes.shell(invocation.line, request)
      : await processes.run({ ...request, argv: await resolved(target, invocation.argv) });
  refuseCutOff(result, invocation, target, watch);
  return result;
}

/** All that the command wrote, without colours. */
export function outputOf({ stdout, tail }: CommandResult): string {
  return stripVTControlCharacters([stdout, ...tail].join('\n'));
}

export function toolFailure({ tool, target }: Pick<ToolRun, 'tool' | 'target'>, result: CommandResult): DeployerError {
  const output = outputOf(result);
  const known = tool.explain?.(output, target) ?? explainConnection(output, target);
  return new DeployerError({
    stage: 'migration',
    ...(known ?? {
      code: 'MIGRATION_FAILED',
      reason: `${tool.name} failed on database "${target.database}" with exit code ${result.exitCode ?? result.signal}`,
      fix: 'Read its last lines, correct the migration, and run the command again',
    }),
    detail: result.tail.slice(-KEPT_LINES).map((line) => clean(line, target)),
  });
}

async function resolved(
  target: MigrationTarget,
  [program = '', ...args]: readonly string[],
): Promise<readonly string[]> {
  return [await programPath(target, program), ...args];
}

function refuseCutOff(result: CommandResult, invocation: Invocation, target: MigrationTarget, watch: Watch): void {
  if (result.outcome === 'exited') return;
  if (watch.signal.reason instanceof DeployerError) throw watch.signal.reason;
  const subject = 'line' in invocation ? 'The command' : (invocation.argv[0] ?? 'The program');
  const [code, what, fix] = {
    not_found: ['NOT_FOUND', 'is not installed', 'Add it to the dependencies of the project and install them'],
    timed_out: ['TIMEOUT', 'took too long and was ended', 'Raise migrations.timeout, and check what was applied'],
    cancelled: ['INTERRUPTED', 'was cancelled', 'Run "deployer migrate status" to see what was applied'],
  }[result.outcome] as [Failure['code'], string, string];
  throw new DeployerError({
    code,
    stage: 'migration',
    reason: `${subject} for database "${target.database}" ${what}`,
    fix,
  });
}

const REFUSED = /password authentication failed|Access denied for user|\bP1000\b|\b28P01\b/;
const UNREACHABLE =
  /ECONNREFUSED|ENOTFOUND|ETIMEDOUT|connection refused|no such host|\bP100[13]\b|database "[^"]*" does not exist|Unknown database/;

function explainConnection(
  output: string,
  target: MigrationTarget,
): Pick<Failure, 'code' | 'reason' | 'fix'> | undefined {
  const { database, connection_env: variable } = target;
  if (REFUSED.test(output)) {
    return {
      code: 'AUTH_FAILED',
      reason: `Database "${database}" refused the credentials`,
      fix: `Check user and password in ${variable}`,
    };
  }
  if (!UNREACHABLE.test(output)) return undefined;
  return {
    code: 'PLATFORM_UNAVAILABLE',
    reason: `Database "${database}" cannot be reached`,
    fix: `Check that the server runs and that ${variable} names its host, port and database`,
  };
}

function clean(line: string, target: MigrationTarget): string {
  let text = stripVTControlCharacters(line);
  for (const part of sensitiveParts(target.url.reveal())) text = text.replaceAll(part, '[secret]');
  return printableLine(text);
}
