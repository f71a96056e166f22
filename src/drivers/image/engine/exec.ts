import type { Engine } from './client.ts';
import { readFolder } from './files.ts';

export interface ExecResult {
  readonly exitCode: number;
  /** What it said; asked for only when somebody wants to know, since that costs about as much as the command. */
  output(): Promise<Output>;
}

export interface Output {
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}

/** Below it each command leaves what it said, until another one finds it old. */
const FOLDER = '/tmp/deployer';
const CAPTURE = `into="${FOLDER}/$1"; shift
mkdir -p "$into" && exec >"$into/out" 2>"$into/err" || exit 125
find ${FOLDER} -mindepth 1 -maxdepth 1 -mmin +5 -exec rm -rf {} + 2>/dev/null
exec "$@"`;
/** ms, and by how much each wait is longer than the one before. */
const [FIRST_LOOK, LONGEST_WAIT, GROWTH] = [4, 64, 1.5];

/**
 * Runs a command inside a container that has a shell, without input, and waits for its end. Arguments are seen by others.
 * In a container that does not run nothing can be run: exit code -1.
 *
 * What it says goes through files: an attached command would take its connection with it, and over SSH a new one costs
 * more than everything else.
 */
export async function execute(
  engine: Engine,
  container: string,
  argv: readonly string[],
  signal: AbortSignal = engine.context.signal,
): Promise<ExecResult> {
  const request = { doing: `run ${argv[0]} in ${container}`, signal };
  const name = engine.context.entropy.id('exec_');
  const created = await engine.call<{ Id: string }>('POST', `/containers/${container}/exec`, {
    ...request,
    accept: [409],
    body: { Cmd: ['sh', '-c', CAPTURE, 'sh', name, ...argv] },
  });
  if (created.status === 409) return notRunning(container);
  const { Id } = created.body;
  const started = await engine.call('POST', `/exec/${Id}/start`, { ...request, accept: [409], body: { Detach: true } });
  if (started.status === 409) return notRunning(container);
  const exitCode = await ended(engine, Id, request);
  return { exitCode, output: () => readOutput(engine, container, name) };
}

async function readOutput(engine: Engine, container: string, name: string): Promise<Output> {
  const files = (await readFolder(engine, container, `${FOLDER}/${name}`)) ?? [];
  const said = (path: string) => linesOf(files.find((file) => file.path === path)?.text ?? '');
  return { stdout: said('out'), stderr: said('err') };
}

async function ended(
  engine: Engine,
  id: string,
  request: { readonly doing: string; readonly signal: AbortSignal },
): Promise<number> {
  for (let wait = FIRST_LOOK; ; wait = Math.min(wait * GROWTH, LONGEST_WAIT)) {
    const { body } = await engine.call<{ Running: boolean; ExitCode: number | null }>(
      'GET',
      `/exec/${id}/json`,
      request,
    );
    if (!body.Running) return body.ExitCode ?? -1;
    await engine.context.clock.sleep(wait, request.signal);
  }
}

function notRunning(container: string): ExecResult {
  return { exitCode: -1, output: async () => ({ stdout: [], stderr: [`${container} does not run`] }) };
}

function linesOf(text: string): readonly string[] {
  const lines = text.split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}
