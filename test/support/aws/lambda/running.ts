import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { writeLog } from '../logs/state.ts';
import type { AwsPlace } from '../service.ts';
import type { Configuration, Fn } from './state.ts';

const RUNNER = new URL('./runner.js', import.meta.url);

interface Answer {
  readonly answer?: unknown;
  readonly error?: { readonly errorType: string; readonly errorMessage: string };
}

/** One surrounding of a published version, started with its first call and kept warm, as Lambda does it. */
export class Running {
  readonly #folder = mkdtempSync(join(tmpdir(), 'lambda-'));
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #gone: Promise<void>;
  #calls = 0;
  over = false;

  constructor(place: AwsPlace, fn: Fn, { settings, code, version }: Configuration) {
    for (const [path, bytes] of Object.entries(code.files ?? {})) {
      mkdirSync(dirname(join(this.#folder, path)), { recursive: true });
      writeFileSync(join(this.#folder, path), bytes);
    }
    const { Variables = {} } = (settings['Environment'] ?? {}) as { Variables?: Record<string, string> };
    const env = { PATH: process.env['PATH'], ...Variables, _HANDLER: String(settings['Handler']) };
    this.#child = fork(RUNNER, { cwd: this.#folder, env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.#child.on('message', ({ id, ...answer }: Answer & { id: number }) => this.#waiting.get(id)?.(answer));
    this.#gone = new Promise((resolve) => this.#child.once('exit', () => resolve(this.#end())));
    const day = new Date(place.world.now()).toISOString().slice(0, 10).replaceAll('-', '/');
    const stream = `${day}/[${version}]${place.world.hex(32)}`;
    for (const output of [this.#child.stdout, this.#child.stderr])
      if (output) createInterface(output).on('line', (message) => this.#tell(place, fn, { stream, message }));
  }

  async call(event: object, timeout: number): Promise<Answer> {
    const id = ++this.#calls;
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.#child.send({ id, event });
    const timer = setTimeout(() => void this.stop(), timeout);
    const answer = await answered;
    clearTimeout(timer);
    this.#waiting.delete(id);
    return answer;
  }

  /** Until nothing is left of it. */
  stop(): Promise<void> {
    this.over = true;
    this.#child.kill('SIGKILL');
    return this.#gone;
  }

  #tell(place: AwsPlace, { name }: Fn, line: { stream: string; message: string }): void {
    writeLog(place, `/aws/lambda/${name}`, line);
  }

  #end(): void {
    this.over = true;
    const error = { errorType: 'Runtime.ExitError', errorMessage: 'Runtime exited' };
    for (const resolve of this.#waiting.values()) resolve({ error });
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
