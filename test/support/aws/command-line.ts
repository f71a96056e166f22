import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { canInstall, installOnce } from '../installation.ts';
import type { AwsServer } from './server.ts';

/** Whether the official `aws` command line is here, or can be. */
export function hasAws(): boolean {
  return isThere() || canInstall();
}

/** Brings the official `aws` command line here. */
export function installAws(): Promise<void> {
  return installOnce(['awscli'], isThere);
}

/** What the official command line, with the keys of who administers the account, answers about the stand-in, as JSON; `{}` when it says nothing. Throws what it prints on failure. */
export async function aws(
  server: AwsServer,
  words: readonly string[],
  at: { readonly account?: string; readonly region?: string } = {},
  // biome-ignore lint/suspicious/noExplicitAny: the answer of any command
): Promise<any> {
  const env = {
    PATH: process.env['PATH'],
    HOME: '/nonexistent',
    AWS_PAGER: '',
    ...server.administration(at.account, at.region),
  };
  const args = ['--endpoint-url', server.url, '--output', 'json', ...words];
  const { stdout } = await promisify(execFile)('aws', args, { env, maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout || '{}');
}

function isThere(): boolean {
  return spawnSync('aws', ['--version'], { stdio: 'ignore' }).status === 0;
}
