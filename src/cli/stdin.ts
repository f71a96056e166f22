import { usage } from './usage.ts';

const LARGEST = 64 * 1024 * 1024;

/** All of stdin, for a file named `-`. A terminal is refused: nobody would know what to type. */
export async function readStdin(what: string): Promise<string> {
  if (process.stdin.isTTY) throw usage(`"-" reads the ${what} from stdin, which is a terminal`, `Pipe the ${what} in`);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > LARGEST) throw usage(`The ${what} on stdin is too large`, 'Give less than 64 MiB');
  }
  return Buffer.concat(chunks).toString('utf8');
}
