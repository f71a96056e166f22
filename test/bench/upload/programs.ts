import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchPeak } from '../peak.ts';

/** What one run of a program took. */
export interface Cost {
  /** ms */
  readonly wall: number;
  /** The most memory it had at once, MiB. */
  readonly peak: number;
}

export interface Run {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program that has to succeed. */
export async function run({ command: [file = '', ...args], cwd, env }: Run): Promise<Cost> {
  const { PATH = '', HOME = '' } = process.env;
  const start = performance.now();
  const child = spawn(file, args, { cwd, env: { PATH, HOME, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const peak = watchPeak(child.pid);
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => said.push(part));
  const code = await new Promise((resolve) => child.once('close', resolve));
  const cost = { wall: performance.now() - start, peak: peak() };
  if (code !== 0) throw new Error(`${[file, ...args].join(' ')} ended with ${code}\n${Buffer.concat(said)}`);
  return cost;
}

/** A temporary folder with a config and a folder `site` of files that are all different. */
export async function projectOf(
  config: string,
  sizes: readonly { readonly files: number; readonly bytes: number }[],
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'deployer-bench-'));
  await mkdir(join(folder, 'site'));
  await writeFile(join(folder, 'site/index.html'), '<h1>It works</h1>');
  for (const { files, bytes } of sizes)
    for (let number = 0; number < files; number++) {
      const inner = join(folder, 'site', `d${number % 20}`);
      if (number < 20) await mkdir(inner, { recursive: true });
      await writeFile(join(inner, `${bytes}-${number}.txt`), filled(`file ${number}\n`, bytes));
    }
  await writeFile(join(folder, 'deploy.config.yaml'), config);
  return folder;
}

/** One text, and then the same byte to the end. */
export function filled(text: string, bytes: number): Buffer {
  const content = Buffer.alloc(bytes, 'x');
  content.write(text);
  return content;
}
