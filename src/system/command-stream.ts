import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { printableLine } from '../core/text.ts';
import { childEnvironment } from './child-environment.ts';
import { LineSplitter, Tail } from './output.ts';
import { CommandEnded } from './peer-failure.ts';

/** What ssh needs beside the usual. */
const FOR_SSH = ['SSH_AUTH_SOCK', 'USER', 'LOGNAME'];

/** A command's standard streams as a connection. It ends with the command; that is an error with its last words. */
export function openCommand(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): CommandStream {
  const passed = FOR_SSH.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]]));
  return new CommandStream(argv, childEnvironment(environment, Object.fromEntries(passed)));
}

/** Has what Node asks of a socket, as far as a command has such a thing. */
class CommandStream extends Duplex {
  readonly #child: ChildProcessWithoutNullStreams;

  constructor([program = '', ...args]: readonly string[], env: Readonly<Record<string, string>>) {
    super();
    const child = spawn(program, args, { env, stdio: 'pipe' });
    this.#child = child;
    const said = new Tail();
    const lines = new LineSplitter((line) => said.push(printableLine(line)));
    child.stderr.on('data', (chunk: Buffer) => lines.push(chunk));
    child.stdout.on('data', (chunk: Buffer) => this.push(chunk) || child.stdout.pause());
    // Closed pipes say less than the end of the command, which follows.
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => undefined);
    child.once('error', () => this.destroy(new CommandEnded([`"${program}" could not be started`])));
    child.once('close', () => {
      lines.end();
      this.destroy(new CommandEnded(said.lines));
    });
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#child.stdin.write(chunk, (error) => error || done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#child.kill();
    done(error);
  }

  /** By whoever was told that the connection ends with this answer. */
  destroySoon(): void {
    if (this.writableFinished) this.destroy();
    else this.end(() => this.destroy());
  }

  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this.#hold('ref');
  }

  unref(): this {
    return this.#hold('unref');
  }

  #hold(how: 'ref' | 'unref'): this {
    const { stdin, stdout, stderr } = this.#child;
    for (const part of [this.#child, ...([stdin, stdout, stderr] as unknown as readonly Socket[])]) part[how]();
    return this;
  }
}
